#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'

/**
 * Flags, by Node's major version, that delay V8's optimizing compiler, which pays only in runs of
 * many hundreds of hosts. It took 0.3 of the 1.0 s of processor time of a run with 50, which was
 * over before that paid. The flag differs by version, because V8 prints an error for one that it
 * does not know. With Node 22 this saves 15 %, and with 24 and 26 too little to measure.
 */
const patientCompiler = {
  20: '--interrupt-budget=4000000',
  22: '--invocation-count-for-turbofan=180000',
}

const [major] = process.versions.node.split('.')
if (major in patientCompiler) setFlagsFromString(patientCompiler[major])

// In a clone, missing or outdated parts are installed and built first; an installed package does
// not have this script.
const preparation = new URL('../scripts/prepare.mjs', import.meta.url)
if (existsSync(preparation)) {
  const { prepare } = await import(preparation)
  await prepare({ ask: !process.argv.includes('--yes') }).catch((error) => {
    process.stderr.write(`fettle: ${error.message}\n`)
    process.exit(1)
  })
}

const { main } = createRequire(import.meta.url)('../dist/fettle/main.cjs')
await main(process.argv)
