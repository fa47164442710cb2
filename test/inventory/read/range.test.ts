import { describe, expect, test } from '@jest/globals'
import { BadName, expandRanges } from '../../../src/inventory/read/range.js'

describe('ranges', () => {
  test.each<readonly [string, readonly string[]]>([
    ['web', ['web']],
    ['web[1:3]', ['web1', 'web2', 'web3']],
    ['web[01:03].example.org', ['web01.example.org', 'web02.example.org', 'web03.example.org']],
    ['web[08:11]', ['web08', 'web09', 'web10', 'web11']],
    ['web[9:11]', ['web9', 'web10', 'web11']],
    ['web[0:2]', ['web0', 'web1', 'web2']],
    ['web[1:10:2]', ['web1', 'web3', 'web5', 'web7', 'web9']],
    ['web[000:100:50]', ['web000', 'web050', 'web100']],
    ['db-[a:f]', ['db-a', 'db-b', 'db-c', 'db-d', 'db-e', 'db-f']],
    ['db-[a:f:2]', ['db-a', 'db-c', 'db-e']],
    ['db-[y:B]', ['db-y', 'db-z', 'db-A', 'db-B']],
    ['r[1:2]-[a:b]', ['r1-a', 'r1-b', 'r2-a', 'r2-b']],
    ['one[5:5]', ['one5']],
    ['web[:2]', ['web0', 'web1', 'web2']],
  ])('%s', (name, hosts) => {
    expect(expandRanges(name)).toEqual(hosts)
  })

  test.each([
    ['web[3:1]', '[3:1] ends before it begins'],
    ['web[b:a]', '[b:a] ends before it begins'],
    ['web[01:100]', '[01:100] must have as many digits at its end as at its beginning'],
    ['web[1:]', '[1:] is no range'],
    ['web[1-5]', '[1-5] is no range'],
    ['web[a:5]', '[a:5] is no range'],
    ['web[aa:bb]', '[aa:bb] is no range'],
    ['web[]', '[] is no range'],
    ['web[1:5:0]', '[1:5:0] has a step of 0'],
    ['web[1', 'web[1 has a bracket without its partner'],
    ['web1]', 'web1] has a bracket without its partner'],
    ['web[1:100001]', '[1:100001] stands for more than 100000 hosts'],
    ['web[1:1000][1:1000]', 'web[1:1000][1:1000] stands for more than 100000 hosts'],
    [`web${'[1:2]'.repeat(40)}`, 'stands for more than 100000 hosts'],
  ])('%s is refused', (name, message) => {
    expect(() => expandRanges(name)).toThrow(BadName)
    expect(() => expandRanges(name)).toThrow(message)
  })
})
