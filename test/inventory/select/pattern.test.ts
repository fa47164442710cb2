import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Inventory } from '../../../src/inventory/inventory.js'
import { loadInventory } from '../../../src/inventory/load.js'
import { selectHosts } from '../../../src/inventory/select/pattern.js'
import { problem, project } from '../project.js'

let inventory: Inventory

beforeAll(async () => {
  inventory = await loadInventory({
    sources: [],
    extraVars: [],
    project: project({
      'inventory/hosts.yml': `
all:
  hosts: { bastion: }
  children:
    web: { hosts: { 'web[1:4].example.org': } }
    db: { hosts: { db1: , db2: } }
    prod: { hosts: { web1.example.org: , web2.example.org: , db1: } }
    retired: { hosts: { db2: } }
    empty:
`,
    }),
  })
})

const names = (pattern: string): string =>
  selectHosts(inventory, pattern)
    .map((host) => host.name.replace('.example.org', ''))
    .join(' ')

describe('patterns', () => {
  test.each([
    ['all', 'bastion web1 web2 web3 web4 db1 db2'],
    ['*', 'bastion web1 web2 web3 web4 db1 db2'],
    ['ungrouped', 'bastion'],
    ['db1', 'db1'],
    ['web', 'web1 web2 web3 web4'],
    ['db:web', 'db1 db2 web1 web2 web3 web4'],
    ['db,bastion', 'db1 db2 bastion'],
    [' db , bastion,', 'db1 db2 bastion'],
    ['bastion db', 'bastion db1 db2'],
    // Intersection and exclusion, whatever their order.
    ['web:&prod', 'web1 web2'],
    ['&prod:web', 'web1 web2'],
    ['web:!prod', 'web3 web4'],
    ['!prod:web', 'web3 web4'],
    ['web:db:&prod:!db1', 'web1 web2'],
    ['!db1:&prod:web:db', 'web1 web2'],
    ['!prod,db,web', 'db2 web3 web4'],
    ['&web:&prod', 'web1 web2'],
    ['!web', 'bastion db1 db2'],
    ['&prod', 'web1 web2 db1'],
    ['&prod:!db', 'web1 web2'],
    ['web:empty', 'web1 web2 web3 web4'],
    ['web:!empty', 'web1 web2 web3 web4'],
    // Globs: groups and hosts.
    ['web*', 'web1 web2 web3 web4'],
    ['*.example.org', 'web1 web2 web3 web4'],
    ['db?', 'db1 db2'],
    ['*b*:!bastion', 'web1 web2 web3 web4 db1 db2'],
    ['web[12].example.org', 'web1 web2'],
    ['web[!12].*', 'web3 web4'],
    ['prod*:&db*', 'db1'],
    ['!web*', 'bastion db1 db2'],
    // Regular expressions: anchored at the beginning only.
    ['~web[13]', 'web1 web3'],
    ['~(web1|db)', 'db1 db2 web1'],
    ['~db', 'db1 db2'],
    ['~.*\\.example\\.org$', 'web1 web2 web3 web4'],
    ['~[wd][eb]{1,2}[:1]:bastion', 'web1 db1 bastion'],
    ['all:!~(?:web|db)', 'bastion'],
    ['&~db\\d', 'db1 db2'],
    // What subscripts take from the expanded term.
    ['web[0]', 'web1'],
    ['web[-1]', 'web4'],
    ['web[1:2]', 'web2 web3'],
    ['web[1-2]', 'web2 web3'],
    ['web[2:]', 'web3 web4'],
    ['web[0:99]', 'web1 web2 web3 web4'],
    ['web*[0]', 'web1'],
    ['all[0]:db[1]', 'bastion db2'],
    ['web:!web[0]', 'web2 web3 web4'],
    ['web:&prod[1]', 'web2'],
  ])('%s', (pattern, expected) => {
    expect(names(pattern)).toBe(expected)
  })

  const groups =
    "the inventory's groups are all, web, db, prod, retired, empty; fettle inventory --graph shows all"
  test.each([
    [
      'wbe1.example.org',
      `pattern-no-match: wbe1.example.org matches no host and no group; did you mean web1.example.org?\n→ ${groups}`,
    ],
    [
      'web:prd',
      `pattern-no-match: prd in the pattern web:prd matches no host and no group; did you mean prod?\n→ ${groups}`,
    ],
    [
      'all:!retird',
      `pattern-no-match: retird in the pattern all:!retird matches no host and no group; did you mean retired?\n→ ${groups}`,
    ],
    [
      'web:&zzzzzz',
      `pattern-no-match: zzzzzz in the pattern web:&zzzzzz matches no host and no group\n→ ${groups}`,
    ],
    ['mail*', `pattern-no-match: mail* matches no host and no group\n→ ${groups}`],
    ['~mail', `pattern-no-match: ~mail matches no host and no group\n→ ${groups}`],
    [
      'web[4]',
      'pattern-no-match: web[4] in the pattern web[4] takes none of the 4 hosts of web\n→ counting begins with 0',
    ],
    [
      'bastion[1:3]',
      'pattern-no-match: bastion[1:3] in the pattern bastion[1:3] takes none of the 1 host of bastion\n→ counting begins with 0',
    ],
    [
      'empty',
      'pattern-no-match: no host matches empty\n→ its groups have no hosts, or its terms leave none: see fettle inventory --graph',
    ],
    [
      'web:&db',
      'pattern-no-match: no host matches web:&db\n→ its groups have no hosts, or its terms leave none: see fettle inventory --graph',
    ],
    [
      'db,web:prod',
      `pattern-no-match: web:prod in the pattern db,web:prod matches no host and no group\n→ ${groups}`,
    ],
    ['', 'pattern-invalid: a pattern of hosts is empty\n→ write all for every host'],
    [' , ', 'pattern-invalid: a pattern of hosts is empty\n→ write all for every host'],
    [
      '~(web',
      'pattern-invalid: ~(web in the pattern ~(web cannot be read: Invalid regular expression: /^(?:(web)/: Unterminated group\n→ write names of hosts and groups, joined by : or , with & or ! before a term',
    ],
  ])('%s is refused', async (pattern, expected) => {
    expect(await problem(() => selectHosts(inventory, pattern))).toBe(expected)
  })

  // On names of 60 letters these take longer than the age of the universe.
  test.each(['~(a+)+$x', '~(?:a|aa)+$', '*a'.repeat(30) + '*b'])(
    '%s has a limit in time',
    async (pattern) => {
      const long = await loadInventory({
        sources: [],
        extraVars: [],
        project: project({ 'inventory/hosts.yml': `all:\n  hosts:\n    ${'a'.repeat(60)}x:\n` }),
      })
      expect(await problem(() => selectHosts(long, pattern))).toBe(
        `pattern-invalid: ${pattern} takes too long to be compared with the names of the inventory\n→ write it with fewer repetitions, and none inside of another: ~a+$ instead of ~(a+)+$`,
      )
      expect(await problem(() => selectHosts(long, `all:&${pattern}`))).toContain(
        `${pattern} in the pattern all:&${pattern} takes too long`,
      )
    },
  )

  test('characters of a glob have no other meaning', () => {
    expect(() => selectHosts(inventory, 'web1*example+org')).toThrow('matches no host')
    expect(() => selectHosts(inventory, 'db(1|2)*')).toThrow('matches no host')
  })
})
