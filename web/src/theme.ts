import { createTheme, type CSSVariablesResolver } from '@mantine/core'

/** Shade 8, contrast chosen by itself, and darker dimmed text: with the defaults both fail WCAG AA. */
export const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  defaultRadius: 'md',
  colors: { dark: ['#e3e6e9', '#b8bec4', '#8d949b', '#686e74', '#43484d', '#3a3f44', '#2c3034', '#26292c', '#1c1e20', '#141618'] },
  cursorType: 'pointer',
  headings: { fontWeight: '650' },
})

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: { '--mantine-color-dimmed': '#5c636a', '--mantine-color-placeholder': '#6b7278', '--mantine-color-error': '#c92a2a', '--mantine-color-body': 'var(--surface)', '--mantine-color-default-border': 'var(--line)' },
  dark: { '--mantine-color-dimmed': '#b0b7be', '--mantine-color-placeholder': '#a0a6ac', '--mantine-color-error': '#ff8787', '--mantine-color-body': 'var(--surface)', '--mantine-color-default-border': 'var(--line)' },
})
