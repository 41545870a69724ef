import { readFileSync, writeFileSync } from 'node:fs'

// The lock holds what is installed, and no address: npm also writes down where each package would like to be paid.
const path = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, { funding?: unknown }> }
for (const entry of Object.values(lock.packages)) delete entry.funding
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
