// Builds dist/.
import { existsSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../clone.mjs'
import { must } from '../programs.mjs'
import { stamp } from './is-current.mjs'

const at = (...parts) => join(root, ...parts)

/**
 * Builds beside `dist` and renames the result into place, so that a killed build leaves the old
 * one.
 */
export async function build() {
  const started = new Date()
  const fresh = `dist-new-${process.pid}`
  const old = `dist-old-${process.pid}`
  try {
    await compile(fresh)
    writeFileSync(at(fresh, stamp), '')
    utimesSync(at(fresh, stamp), started, started)
    if (existsSync(at('dist'))) renameSync(at('dist'), at(old))
    renameSync(at(fresh), at('dist'))
  } catch (error) {
    // Another process has built at the same time; its build is used.
    if (error.syscall !== 'rename') throw error
  } finally {
    for (const folder of [fresh, old]) rmSync(at(folder), { recursive: true, force: true })
  }
}

async function compile(folder) {
  const tsc = at('node_modules', 'typescript', 'bin', 'tsc')
  await must([process.execPath, tsc, '-p', 'tsconfig.build.json', '--outDir', folder])
  await must([process.execPath, at('scripts', 'build', 'shell', 'emit.mjs'), folder])
  await must([process.execPath, at('scripts', 'build', 'bundle.mjs'), folder])
}
