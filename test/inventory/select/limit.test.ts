import { describe, expect, test } from '@jest/globals'
import { readLimit } from '../../../src/inventory/select/limit.js'
import { problem, project } from '../project.js'

const directory = project({
  retry: '# hosts that were not done\nweb1\n  web2  # the second\n\nweb3\r\n',
  patterns: 'web:!web3\n&prod\n',
  one: '2001:db8::1\n',
  empty: '# nothing\n\n',
  marked: Buffer.from('\ufeffweb1\r\nweb2\r\n', 'utf16le'),
  latin: Buffer.from('grün', 'latin1'),
  'below/retry': 'db1',
})

describe('-l', () => {
  test.each<[limit: string, expected: string]>([
    ['web:&prod', 'web:&prod'],
    ['@retry', 'web1,web2,web3'],
    ['@below/retry', 'db1'],
    [`@${directory}/below/retry`, 'db1'],
    ['@patterns', 'web,!web3,&prod'],
    ['@one', '2001:db8::1'],
    ['@marked', 'web1,web2'],
    ['@retry:!web2', 'web1,web2,web3,!web2'],
    ['db1,@below/retry', 'db1,db1'],
  ])('%s is %s', (limit, expected) => {
    expect(readLimit(limit, directory)).toBe(expected)
  })

  test.each<[limit: string, expected: string]>([
    ['@nothing', 'usage: -l @nothing: the file cannot be read: .*ENOENT'],
    ['@below', 'usage: -l @below: the file cannot be read: .*EISDIR'],
    ['@latin', 'usage: -l @latin: the file is not UTF-8 text'],
    ['@empty', 'usage: -l @empty: the file names no host'],
  ])('%s is an error', async (limit, expected) => {
    expect(await problem(() => readLimit(limit, directory))).toMatch(new RegExp(`^${expected}`))
  })
})
