import { beforeAll, describe, expect, test } from '@jest/globals'
import { graphText, listText } from '../../src/cli/inventory-texts.js'
import { isPassword } from '../../src/inventory/layer.js'
import { loadInventory } from '../../src/inventory/load.js'
import { selectHosts } from '../../src/inventory/pattern.js'
import { ansible, type AnsibleAnswer } from './ansible.js'
import { differences, fleet, inventories, patterns, refused, type InventoryCase } from './ansible.cases.js'
import { problem, project } from './project.js'

interface Listed {
  readonly _meta: { readonly hostvars: Readonly<Record<string, unknown>> }
}

/** What Ansible lists, with passwords left out as Fettle leaves them out. */
const withoutPasswords = (text: string): Listed => JSON.parse(text, (name, value: unknown) => (isPassword(name) ? '[secret]' : value)) as Listed

describe('ansible-inventory', () => {
  const sourcesOf = ({ files, sources }: InventoryCase): readonly string[] => sources ?? Object.keys(files).slice(0, 1)
  const all: readonly InventoryCase[] = [...inventories, ...differences]
  const directories = all.map(({ files }) => project(files))
  let answers: readonly AnsibleAnswer[] = []

  beforeAll(() => {
    answers = ansible(all.flatMap((each, index) => (['--list', '--graph'] as const).map((what) => {
      const cwd = directories[index] ?? ''
      const sources = sourcesOf(each).flatMap((source) => ['-i', source])
      // A project's directory is to Fettle what a playbook's is to Ansible.
      return { cwd, argv: ['ansible-inventory', what, '--playbook-dir', cwd, ...sources, ...(each.extraVars ?? []).flatMap((given) => ['-e', given])] }
    })))
  }, 120_000)

  const listed = async (each: InventoryCase) => {
    const index = all.indexOf(each)
    const [list, graph] = answers.slice(index * 2)
    expect(list?.code).toBe(0)
    expect(list?.stderr).not.toMatch(/Unable to parse|Failed to parse/)
    const inventory = await loadInventory({ sources: sourcesOf(each), project: directories[index] ?? '', extraVars: each.extraVars ?? [] })
    return { inventory, list: list?.stdout ?? '', graph: graph?.stdout }
  }

  test.each(inventories.map((each) => [each.name, each] as const))('--list and --graph agree: %s', async (_, each) => {
    const { inventory, list, graph } = await listed(each)
    expect(JSON.parse(listText(inventory, null))).toEqual(withoutPasswords(list))
    expect(graphText(inventory, null)).toBe(graph)
  })

  test.each(differences.map((each) => [each.name, each] as const))('Fettle differs: %s', async (_, each) => {
    const { inventory, list } = await listed(each)
    expect(withoutPasswords(list)._meta.hostvars['h']).toEqual(JSON.parse(JSON.stringify(each.ansible, (__, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))))
    expect(inventory.hosts.get('h')?.vars).toEqual(each.fettle)
  })
})

describe('ansible --list-hosts', () => {
  const directory = project({ 'hosts.yml': fleet })
  const asked = [...patterns, ...refused.map(([pattern]) => pattern)]
  let answers: readonly AnsibleAnswer[] = []

  beforeAll(() => {
    answers = ansible(asked.map((pattern) => ({ cwd: directory, argv: ['ansible', '-i', 'hosts.yml', pattern, '--list-hosts'] })))
  }, 120_000)

  const picked = (pattern: string): readonly string[] => answers[asked.indexOf(pattern)]?.stdout.split('\n').slice(1, -1).map((line) => line.trim()) ?? ['no answer']
  const picks = async (pattern: string): Promise<readonly string[]> => selectHosts(await loadInventory({ sources: ['hosts.yml'], project: directory, extraVars: [] }), pattern).map(({ name }) => name)

  test.each(patterns)('and Fettle pick the same, in the same order: %s', async (pattern) => {
    expect(picked(pattern).length).toBeGreaterThan(0)
    expect(await picks(pattern)).toEqual(picked(pattern))
  })

  test.each(refused)('%s picks %j, and Fettle refuses it', async (pattern, hosts, said) => {
    expect(picked(pattern)).toEqual(hosts)
    expect(await problem(() => picks(pattern))).toContain(`pattern-no-match: ${said}`)
  })
})
