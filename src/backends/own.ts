import {
  type AnyBackend,
  type Backend,
  type HostAccess,
  type Implementation,
} from '../core/backend.js'
import { omitUndefined } from '../core/omit-undefined.js'
import { http } from '../facts/commands/http.js'
import { projectFiles } from '../facts/files/project-file.js'
import { github } from '../facts/github/backend.js'
import { mysql } from '../facts/mysql/backend.js'
import { checkedBase } from './github-base.js'
import { httpReader } from './http.js'
import { projectReader } from './local.js'

type AnyImplementation = Implementation<unknown, unknown>

/** Joins a declared backend with its implementation. */
const joined = <Client, Work>(
  backend: Backend<Client, Work>,
  implementation: Implementation<Client, Work, HostAccess>,
): readonly [AnyBackend, AnyImplementation] => [backend, implementation]

/**
 * Fettle's own backends. Drivers are loaded when the first client is opened, because most runs need
 * none.
 */
const own: ReadonlyMap<AnyBackend, AnyImplementation> = new Map([
  joined(projectFiles, {
    open: ({ project, opened }) => projectReader(project, opened),
  }),
  joined(http, { open: httpReader }),
  joined(mysql, {
    async open(link) {
      const { openMysql } = await import('./mysql.js')
      return openMysql(link)
    },
    perform: (client, work) => client.perform(work),
    close: (client) => client.close(),
  }),
  joined(github, {
    needs({ environment }) {
      environment.secret('GITHUB_TOKEN')
      const baseUrl = environment.optional('GITHUB_API_URL')
      if (baseUrl !== undefined) checkedBase(baseUrl)
    },
    async open({ environment, stop }) {
      const { openGithub } = await import('./github.js')
      const token = environment.secret('GITHUB_TOKEN')
      const baseUrl = environment.optional('GITHUB_API_URL')
      return openGithub({ token, stop, ...omitUndefined({ baseUrl }) })
    },
    async perform(client, work) {
      const answer = await client.perform(work)
      return 'route' in work ? (work.then?.(answer) ?? []) : []
    },
  }),
])

/** How a backend works: its own implementation, or Fettle's for one that is only declared. */
export function implementationOf(backend: AnyBackend): AnyImplementation {
  const found = backend.implementation ?? own.get(backend)
  if (found === undefined) throw new TypeError(`the backend ${backend.name} has no implementation`)
  return found
}
