import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Plugin, type ResolvedConfig, runnerImport } from 'vite'

const HOME = '.graphql.ts'
const WRITES = /\bgraphql\s*\(\s*`/

/** Writes each operation of the app as it will be sent into `folder`, NAME.graphql. One that is written outside a *.graphql.ts is an error. */
export function documents(folder: string): Plugin {
  let config: ResolvedConfig
  return {
    name: 'documents',
    apply: 'build',
    configResolved: (resolved) => void (config = resolved),
    transform(code, id) {
      if (WRITES.test(code) && !id.endsWith(HOME)) this.error(`an operation stands in a *${HOME} beside its page: ${id}`)
    },
    async closeBundle() {
      const out = join(config.root, folder)
      rmSync(out, { recursive: true, force: true })
      mkdirSync(out, { recursive: true })
      for (const [name, text] of await operations(config.root)) writeFileSync(join(out, `${name}.graphql`), `${text}\n`)
    },
  }
}

async function operations(root: string): Promise<Map<string, string>> {
  const { module: sent } = await runnerImport<typeof import('../src/api/sent')>(join(root, 'src/api/sent.ts'), { configFile: false })
  const found = new Map<string, string>()
  for (const path of globSync(`src/**/*${HOME}`, { cwd: root }).sort()) {
    const { module } = await runnerImport<Record<string, unknown>>(join(root, path), { configFile: false })
    for (const [name, text] of sent.operationsOf(module)) {
      if (found.has(name)) throw new Error(`two operations are called ${name}: the second is in ${path}`)
      found.set(name, text)
    }
  }
  return found
}
