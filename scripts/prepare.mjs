// Makes the clone ready to run `fettle` from. Every start of a clone's `fettle` loads this, so the
// code that installs and builds is imported on demand.
import { buildIsCurrent } from './build/is-current.mjs'
import { Unready } from './clone.mjs'

const oldestNode = { major: 20, minor: 19 }

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const isOld = major < oldestNode.major || (major === oldestNode.major && minor < oldestNode.minor)
  if (!isOld) return
  const wanted = `${oldestNode.major}.${oldestNode.minor}`
  throw new Unready(`Node ${wanted} or newer is needed, and this is ${process.version}`)
}

/**
 * Installs and builds what is missing or out of date. A build is newer than the modules it was made
 * with, so if it is current they are too.
 * @param ask whether to ask before something is installed
 */
export async function prepare({ ask }) {
  checkNode()
  if (buildIsCurrent()) return
  const { installModules } = await import('./node-modules.mjs')
  await installModules(ask)
  if (buildIsCurrent()) return
  const { build } = await import('./build/build.mjs')
  await build()
}
