import { existsSync, globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { firstPage, pagesOf, reached } from '../vite/reached'

const MANTINE = 'node_modules/@mantine/core/styles'
const BASES = ['baseline', 'default-css-variables', 'global', 'UnstyledButton']
/** What a component is made of that no code of ours names. */
const WITHIN: Record<string, string[]> = { TextInput: ['Input'], NativeSelect: ['Input'], Textarea: ['Input'], PasswordInput: ['Input', 'PasswordInput', 'ActionIcon'] }

/** The styles that some code needs, by the names of Mantine's files. */
function needed(code: Iterable<string>): string[] {
  const used = [...[...code].join('\n').matchAll(/import {([^}]*)} from '@mantine\/core'/g)].flatMap(([, names]) => names!.split(',').map((name) => name.trim()))
  return [...new Set(used.flatMap((name) => WITHIN[name] ?? [name]).filter((name) => existsSync(`${MANTINE}/${name}.css`)))].sort()
}

const imported = (path: string): string[] => [...readFileSync(path, 'utf8').matchAll(/@mantine\/core\/styles\/([\w-]+)\.css/g)].map(([, name]) => name!).sort()

test('the styles of each component that is used are there, and no others', () => {
  const code = globSync('src/**/*.tsx').map((path) => readFileSync(path, 'utf8'))
  expect([...imported('src/styles.css'), ...imported('src/rest.css')].sort()).toEqual([...new Set([...BASES, ...needed(code)])].sort())
})

test('those of the first page, and of pages that bring nothing else, come with it, and no others', () => {
  const bare = pagesOf(readFileSync('src/pages.ts', 'utf8')).filter(({ parts }) => !parts.length).map(({ path }) => path)
  const code = new Map([...firstPage(), ...reached(bare, { later: true })])
  expect(imported('src/styles.css')).toEqual([...new Set([...BASES, ...needed(code.values())])].sort())
})
