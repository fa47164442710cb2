import { implementationOf } from '../../src/backends/own.js'
import type { AnyBackend, Backend, HostLink, Implementation } from '../../src/core/backend.js'
import { Secret } from '../../src/core/secret.js'
import { Clients } from '../../src/engine/clients.js'

type StandIn = readonly [AnyBackend, Implementation<unknown, unknown>]

/** A backend with another implementation for a test. */
export const standIn = <Client, Work>(
  backend: Backend<Client, Work>,
  implementation: Implementation<Client, Work>,
): StandIn => [backend, implementation]

/** The clients of a run, with these stand-ins. */
export function clientsWith(...standIns: readonly StandIn[]): Clients {
  const replaced = new Map(standIns)
  return new Clients(
    {
      project: '.',
      environment: { secret: (name) => new Secret(name), optional: () => undefined },
      stop: new AbortController().signal,
      opened: () => undefined,
    },
    (backend) => replaced.get(backend) ?? implementationOf(backend),
  )
}

/** A link that opens no streams and is never lost. */
export const noLink: HostLink = {
  connect: () => Promise.reject(new Error('no sockets here')),
  lost: () => Promise.resolve(null),
}
