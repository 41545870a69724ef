import { Button, Group, Text, Title } from '@mantine/core'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { csv } from './figures'
import styles from './Figures.module.css'

interface Props {
  title: string
  head: readonly string[]
  /** Their first cells are what the others are about. */
  rows: readonly (readonly string[])[]
  /** Of each row, how much of a hundred: drawn behind its first cell, as a bar. */
  bars?: readonly number[]
  /** Of each row, where its first cell leads. */
  links?: readonly string[]
  /** Whether it is read where it stands, under its title. Else it is behind a button, and only screen readers and paper have it at once. */
  open?: boolean
}

/** A table of figures, which can be copied into a spreadsheet. */
export function Figures({ title, head, rows, bars, links, open = false }: Props) {
  const { t, i18n } = useTranslation()
  const [shown, show] = useState(open)
  const [copied, setCopied] = useState<boolean | null>(null)
  const id = useId()
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(csv([head, ...rows], i18n.language))
      setCopied(true)
    } catch {
      setCopied(false)
    }
  }
  return (
    <div>
      <Group gap="xs" className={styles.buttons}>
        {open && <Title order={3} size="h5" className={styles.title}>{title}</Title>}
        {!open && <Button variant="default" size="sm" aria-expanded={shown} aria-controls={id} onClick={() => show(!shown)}>{shown ? t('statistics.hide') : t('statistics.show')}</Button>}
        <Button variant="default" size="sm" onClick={() => void copy()}>{t('statistics.copy')}</Button>
        <Text size="sm" role="status" c="dimmed">{copied === null ? '' : copied ? t('statistics.copied') : t('statistics.notCopied')}</Text>
      </Group>
      <div id={id} className={styles.frame} data-shown={shown || undefined} data-whole={open || undefined} tabIndex={shown ? 0 : -1} role="group" aria-label={title}>
        <table className={styles.table}>
          <caption className="unseen">{title}</caption>
          <thead><tr>{head.map((one) => <th key={one} scope="col">{one}</th>)}</tr></thead>
          <tbody>
            {rows.map(([name, ...cells], index) => (
              <tr key={`${index} ${name}`}>
                <th scope="row">{links ? <Link href={links[index]!} className={styles.link}>{name}</Link> : name}{bars && <span className={styles.bar} aria-hidden><span ref={(element) => void element?.style.setProperty('width', `${bars[index]}%`)} /></span>}</th>
                {cells.map((cell, column) => <td key={head[column + 1]}>{cell}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}
