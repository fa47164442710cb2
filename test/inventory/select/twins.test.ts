import { expect, test } from '@jest/globals'
import { loadInventory } from '../../../src/inventory/load.js'
import { evidentTwinWarning, twinsAmong } from '../../../src/inventory/select/twins.js'
import { project } from '../project.js'

/** The warnings for an inventory of these hosts. */
async function warnings(hosts: Readonly<Record<string, object>>): Promise<readonly string[]> {
  const inventory = await loadInventory({
    sources: [],
    project: project({ 'inventory/hosts.yml': JSON.stringify({ all: { hosts } }) }),
    extraVars: [],
  })
  return twinsAmong([...inventory.hosts.values()])
    .map(evidentTwinWarning)
    .map((warning) => warning.replace(/: apply .*/, ''))
}
const at = (address: string, more: object = {}): object => ({ ansible_host: address, ...more })

test.each<[what: string, hosts: Readonly<Record<string, object>>, expected: readonly string[]]>([
  [
    'two of one address',
    { shop: at('192.0.2.7'), blog: at('192.0.2.7'), db: at('192.0.2.8') },
    ['shop and blog are one machine (192.0.2.7)'],
  ],
  [
    'a name, and an alias of it in capitals',
    { 'web.example.org': {}, blog: at('WEB.example.org') },
    ['web.example.org and blog are one machine (web.example.org)'],
  ],
  [
    'one port',
    {
      shop: at('192.0.2.7', { ansible_port: 2222 }),
      blog: at('192.0.2.7', { ansible_port: 2222 }),
    },
    ['shop and blog are one machine (192.0.2.7, port 2222)'],
  ],
  [
    'two ports, which may be two containers',
    {
      shop: at('192.0.2.7', { ansible_port: 2222 }),
      blog: at('192.0.2.7', { ansible_port: 2223 }),
    },
    [],
  ],
  [
    'two jump hosts, behind which a private address may be two machines',
    {
      shop: at('10.0.0.5', { ansible_ssh_common_args: '-J a' }),
      blog: at('10.0.0.5', { ansible_ssh_common_args: '-J b' }),
    },
    [],
  ],
  [
    'other users',
    { shop: at('192.0.2.7', { ansible_user: 'a' }), blog: at('192.0.2.7', { ansible_user: 'b' }) },
    ['shop and blog are one machine (192.0.2.7)'],
  ],
  [
    'without SSH',
    { here: { ansible_connection: 'local' }, there: { ansible_connection: 'local' } },
    ['here and there are one machine (this one)'],
  ],
  [
    'many',
    Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`h${String(index)}`, at('192.0.2.7')]),
    ),
    ['h0, h1, h2, h3, h4, h5 and 3 more are one machine (192.0.2.7)'],
  ],
])('%s', async (_, hosts, expected) => expect(await warnings(hosts)).toEqual(expected))
