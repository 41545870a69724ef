import { existsSync, globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const MANTINE = 'node_modules/@mantine/core/styles'
const BASES = ['baseline', 'default-css-variables', 'global', 'UnstyledButton', 'Input']

test('the styles of each component that is used are there, and no others', () => {
  const code = globSync('src/**/*.tsx').map((path) => readFileSync(path, 'utf8')).join('\n')
  const used = [...code.matchAll(/import {([^}]*)} from '@mantine\/core'/g)].flatMap(([, names]) => names!.split(',').map((name) => name.trim()))
  const styled = used.filter((name) => existsSync(`${MANTINE}/${name}.css`))
  const imported = [...readFileSync('src/styles.css', 'utf8').matchAll(/@mantine\/core\/styles\/([\w-]+)\.css/g)].map(([, name]) => name)
  expect(imported.sort()).toEqual([...new Set([...BASES, ...styled])].sort())
})
