import type { Resource } from '../../../src/core/resource.js'
import type { PythonVenvOptions } from '../../../src/resources/python/venv-options.js'
import { pythonVenv } from '../../../src/resources/python/venv.js'

export const venv =
  (options: PythonVenvOptions = {}) =>
  (): Resource =>
    pythonVenv('/srv/app/venv', options)
export const python = '/usr/bin/python3.11'
export const file = '/srv/app/src/requirements.txt'
export const pip = { name: 'pip', version: '23.0.1' }
export const flask = { name: 'Flask', version: '2.2.2' }
const environment = {
  owner: { name: 'webhook', id: '990' },
  systemSitePackages: false,
  interpreter: python,
  outdated: false,
  strange: [],
}
export const facts = (
  rest: object = {},
  environmentRest: object | null = {},
): Readonly<Record<string, unknown>> => ({
  venv: {
    environment: environmentRest === null ? null : { ...environment, ...environmentRest },
    other: null,
    python,
    own: [pip],
    system: [],
    requirements: null,
    judged: null,
    ...rest,
  },
  missingParent: null,
})
export const fromFile = { requirements: file }
/** The owner of the environment that is there. */
export const owner = environment.owner.id
