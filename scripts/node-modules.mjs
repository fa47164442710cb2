// Installs node_modules if it does not match package-lock.json.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, say, Unready } from './clone.mjs'
import { agreed, must } from './programs.mjs'

/** The packages of a lock file by their folders. */
const packagesOf = (...path) => JSON.parse(readFileSync(join(root, ...path), 'utf8')).packages

/** Whether node_modules is current; npm keeps a copy of the lock file in it. */
function areCurrent() {
  try {
    const installed = packagesOf('node_modules', '.package-lock.json')
    const wanted = Object.entries(packagesOf('package-lock.json'))
    return wanted.every(
      ([folder, { version, optional }]) =>
        folder === '' || optional || installed[folder]?.version === version,
    )
  } catch {
    return false
  }
}

export async function installModules(ask) {
  if (areCurrent()) return
  say('installing node_modules from package-lock.json: npm ci')
  if (!(await agreed(ask))) throw new Unready('node_modules was not installed')
  await must(['npm', 'ci'])
}
