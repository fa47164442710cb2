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

const prepares: Readonly<Record<ToolName, Prepare>> = { limit, fettle, ansible, mitogen, pyinfra, ssh, node }

const python = '/usr/lib/python3/dist-packages'

/** What the peers are, and run on: file → Debian package. */
const packages: Partial<Readonly<Record<ToolName, Readonly<Record<string, string>>>>> = {
  ansible: { 'ansible-playbook': 'ansible' },
  mitogen: { 'ansible-playbook': 'ansible', [`${python}/ansible_mitogen`]: 'ansible-mitogen' },
  pyinfra: Object.fromEntries(['gevent', 'paramiko', 'click', 'jinja2', 'dateutil', 'setuptools', 'typeguard', 'distro', 'winrm', 'typing_extensions'].map((name) => [`${python}/${name === 'typeguard' || name === 'typing_extensions' ? `${name}.py` : name}`, `python3-${name.replace('_', '-')}`])),
}

/** Installs the Debian packages that the tools need and this machine lacks, after saying so. */
export async function installPeers(tools: readonly ToolName[], ask: boolean, say: (line: string) => void): Promise<void> {
  const wanted = tools.filter((name) => name !== 'pyinfra' || process.env['FETTLE_BENCH_PYINFRA'] !== undefined)
  await installRequirements({ ask, say, also: Object.assign({}, ...wanted.map((name) => packages[name] ?? {})) as Record<string, string> })
}

/** The tool of this name, ready to run; null where this machine does not have it. */
export async function prepareTool(name: ToolName, fleet: Fleet, say: (line: string) => void): Promise<Tool | null> {
  try {
    return await prepares[name](fleet, say)
  } catch (error) {
    if (error instanceof FettleError) throw error
    throw new Error(`${name} could not be made ready`, { cause: error })
  }
}
