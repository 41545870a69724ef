import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { documents } from './vite/documents.ts'
import { packed } from './vite/packed.ts'

/** A page's scripts find what they import themselves; only its styles have to be named in the first script, where each name weighs. */
const stylesOnly = (_page: string, needed: string[], { hostType }: { hostType: 'html' | 'js' }): string[] =>
  hostType === 'js' ? needed.filter((name) => name.endsWith('.css')) : needed

const server = 'http://127.0.0.1:8000'

/** Built into the Python package: the site, and the operations that it sends, which production would not know otherwise. */
export default defineConfig({
  plugins: [react(), documents('../school/web/operations'), packed()],
  html: { cspNonce: '{{nonce}}' },
  build: { outDir: '../school/web/site', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false, resolveDependencies: stylesOnly } },
  server: { proxy: { '/graphql': { target: server, ws: true }, '/signin': server, '/photos': server, '/files': server } },
})
