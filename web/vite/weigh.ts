import { SourceMap } from 'node:module'
import { gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { build, type Rollup } from 'vite'

// Prints what a parent's first page is made of: `npm run weigh`. A package's part of a file's packed size is its part of the unpacked one.
const FIRST = ['/src/pages/today/Today.tsx', '/src/texts/ru.json']
const { output } = (await build({ configFile: false, logLevel: 'error', plugins: [react()], build: { write: false, sourcemap: 'hidden' } })) as Rollup.RollupOutput
const chunks = new Map(output.flatMap((one) => (one.type === 'chunk' ? [[one.fileName, one]] : [])))

/** Files of the first page: the entry, Today, the texts, and what each of them imports. */
const wanted = new Set<string>()
const open = [...chunks.values()].filter(({ isEntry, facadeModuleId }) => isEntry || FIRST.some((end) => facadeModuleId?.endsWith(end))).map(({ fileName }) => fileName)
for (let name = open.pop(); name !== undefined; name = open.pop()) {
  if (wanted.has(name)) continue
  wanted.add(name)
  open.push(...(chunks.get(name)?.imports ?? []))
  for (const style of (chunks.get(name) as { viteMetadata?: { importedCss: Set<string> } } | undefined)?.viteMetadata?.importedCss ?? []) wanted.add(style)
}

const weights = new Map<string, number>()
let sum = 0
for (const one of output) {
  if (!wanted.has(one.fileName)) continue
  const content = one.type === 'chunk' ? one.code : one.source
  const packed = gzipSync(content, { level: 9 }).length
  sum += packed
  for (const [name, length] of one.type === 'chunk' ? partsOf(one) : [['styles', content.length] as const]) weights.set(name, (weights.get(name) ?? 0) + (packed * length) / content.length)
}
for (const [name, bytes] of [...weights].sort(([, one], [, other]) => other - one)) console.log(`${(bytes / 1000).toFixed(1).padStart(6)} kB  ${name}`)
console.log(`${(sum / 1000).toFixed(1).padStart(6)} kB  in all`)

/** Characters of a chunk by where they come from: a package, or a folder of ours. */
function partsOf({ code, map, facadeModuleId }: Rollup.OutputChunk): Map<string, number> {
  if (facadeModuleId?.endsWith('.json')) return new Map([['texts', code.length]])
  const found = new Map<string, number>()
  const read = new SourceMap(map as never)
  code.split('\n').forEach((line, row) => {
    for (let column = 0; column < line.length; column++) {
      const source = (read.findEntry(row, column) as { originalSource?: string }).originalSource ?? ''
      const name = source.match(/node_modules\/((?:@[^/]+\/)?[^/]+)(?:.*\/components\/(\w+))?/)?.slice(1).filter(Boolean).join(' ') ?? (source.match(/src\/(?:pages\/)?\w+/)?.[0] || 'other')
      found.set(name, (found.get(name) ?? 0) + 1)
    }
  })
  return found
}
