#!/usr/bin/env node
import { existsSync } from 'node:fs'

// In a clone, what is missing or out of date is installed and built first; an installed package has no such script.
const bootstrap = new URL('../scripts/bootstrap.mjs', import.meta.url)
if (existsSync(bootstrap)) {
  const { prepare } = await import(bootstrap)
  await prepare({ ask: !process.argv.includes('--yes') }).catch((error) => {
    process.stderr.write(`fettle: ${error.message}\n`)
    process.exit(1)
  })
}

const { main } = await import('../dist/src/cli/main.js')
await main(process.argv)
