import { FettleError } from '../../../src/core/errors.js'
import { installRequirements } from '../../../src/lab/requirements.js'
import type { Fleet } from '../fleet.js'
import type { ToolName } from '../options.js'
import { ansible, mitogen } from './ansible.js'
import { node, ssh } from './bare.js'
import { fettle } from './fettle.js'
import { limit } from './limit.js'
import { pyinfra } from './pyinfra.js'
import type { Prepare, Tool } from './tool.js'

const prepares: Readonly<Record<ToolName, Prepare>> = {
  limit,
  fettle,
  ansible,
  mitogen,
  pyinfra,
  ssh,
  node,
}

const python = '/usr/lib/python3/dist-packages'

/**
 * Debian's ansible-core has this program too, but without the collections that the playbook needs.
 */
const wholeAnsible = {
  '/usr/bin/ansible-playbook': 'ansible',
  [`${python}/ansible_collections/ansible/posix`]: 'ansible',
  [`${python}/ansible_collections/community/mysql`]: 'ansible',
}

/** The packages of the peers and of what they need: file → Debian package. */
export const packages: Partial<Readonly<Record<ToolName, Readonly<Record<string, string>>>>> = {
  ansible: wholeAnsible,
  mitogen: { ...wholeAnsible, [`${python}/ansible_mitogen`]: 'ansible-mitogen' },
  pyinfra: Object.fromEntries(
    [
      'gevent',
      'paramiko',
      'click',
      'jinja2',
      'dateutil',
      'setuptools',
      'typeguard',
      'distro',
      'winrm',
      'typing_extensions',
    ].map((name) => [
      `${python}/${name === 'typeguard' || name === 'typing_extensions' ? `${name}.py` : name}`,
      `python3-${name.replace('_', '-')}`,
    ]),
  ),
}

/** Announces and installs the Debian packages that the tools need and this machine lacks. */
export async function installPeers(
  tools: readonly ToolName[],
  ask: boolean,
  say: (line: string) => void,
): Promise<void> {
  const wanted = tools.filter(
    (name) => name !== 'pyinfra' || process.env['FETTLE_BENCH_PYINFRA'] !== undefined,
  )
  await installRequirements({
    ask,
    say,
    also: Object.assign({}, ...wanted.map((name) => packages[name] ?? {})) as Record<
      string,
      string
    >,
  })
}

const peers: readonly ToolName[] = ['pyinfra', 'mitogen', 'ansible']

/**
 * The tool of this name, ready to run; null if it was not requested, and the reason if a peer could
 * not be prepared.
 */
export async function prepareTool(
  name: ToolName,
  fleet: Fleet,
  say: (line: string) => void,
): Promise<Tool | null | { readonly failure: string }> {
  try {
    return await prepares[name](fleet, say)
  } catch (error) {
    if (peers.includes(name) && error instanceof Error)
      return { failure: `could not be made ready: ${error.message}` }
    if (error instanceof FettleError) throw error
    throw new Error(`${name} could not be made ready`, { cause: error })
  }
}
