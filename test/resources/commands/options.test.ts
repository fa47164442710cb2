import { describe, expect, test } from '@jest/globals'
import { checkHttp, type HttpCheckOptions } from '../../../src/resources/commands/check-http.js'
import { command } from '../../../src/resources/commands/command.js'
import { js, refusal } from '../refusal.js'

const check =
  (options: object, url = 'http://h/') =>
  (): unknown =>
    checkHttp(url, js<HttpCheckOptions>(options))
const run =
  (line: unknown, options: object = {}) =>
  (): unknown =>
    command(js(line), options)

describe('refused', () => {
  test.each<[string, () => unknown, string]>([
    ['another protocol', check({}, 'ftp://h/'), 'must be a URL of http or https'],
    ['one that ends as http', check({}, 'xhttp://h/'), 'must be a URL of http or https'],
    ['one that begins as https', check({}, 'httpsx://h/'), 'must be a URL of http or https'],
    ['no URL', check({}, 'h'), 'must be a URL of http or https'],
    ['a user', check({}, 'http://u@h/'), 'must not hold a user or password'],
    ['a password', check({}, 'http://:p@h/'), 'must not hold a user or password'],
    ['a line break', check({}, 'http://h/\nx'), 'the first argument must be one line without tabs'],
    ['a line break behind it', check({}, 'http://h/\r\n'), 'must be one line without tabs'],
    ['a tab', check({}, 'http://h/\tx'), 'must be one line without tabs'],
    ['no status', check({ status: [] }), 'status must hold at least one status'],
    ['a status below all', check({ status: 99 }), 'status must be at least 100'],
    ['a status above all', check({ status: [200, 600] }), 'status.1 must be at most 599'],
    ['a text of nothing', check({ contains: '' }), 'contains must not be empty'],
    ['two addresses', check({ address: 'a b' }), 'address must be an address or a name'],
    ['a path as address', check({ address: '/run/x' }), 'address must be an address or a name'],
    ['an address with a path', check({ address: 'h/x' }), 'address must be an address or a name'],
    ['no address', check({ address: '' }), 'address must'],
    ['a socket by its name', check({ socket: 'x' }), 'socket must be an absolute path'],
    ['another place', check({ from: 'there' }), 'from must be one of "host", "control"'],
    ['a negative time', check({ within: -1 }), 'within must be at least 0'],
    [
      'a socket of the control machine',
      check({ socket: '/x', from: 'control' }),
      'socket is a path on the host, so from cannot be control',
    ],
    [
      'an address and a socket',
      check({ socket: '/x', address: 'h' }),
      'address and socket exclude each other',
    ],

    ['no command', run(''), 'command(""): the first argument must not be empty'],
    ['a blank command', run(' \n\t'), 'the first argument must hold a command'],
    ['a blank program', run([' ', 'y']), 'the first argument must begin with a program'],
    ['a blank guard', run('x', { unless: ' ' }), 'command[x]: unless must hold a command'],
    ['a NUL in a text', run('a\0b'), 'the first argument must not hold a NUL byte'],
    ['a NUL in an argument', run(['a', 'b\0']), 'the first argument must not hold a NUL byte'],
    ['an option for a program', run(['-x', 'y']), 'the first argument must begin with a program'],
    ['no program', run(['', 'y']), 'the first argument must begin with a program'],
    ['an empty list', run([]), 'must be a text for the shell or a list of arguments'],
    ['a number', run(5), 'must be a text for the shell or a list of arguments'],
    [
      'a guard without a program',
      run('x', { unless: ['-x'] }),
      'command[x]: unless.0 must begin with a program',
    ],
    [
      'a number for a guard',
      run('x', { onlyIf: 5 }),
      'command[x]: onlyIf must be a text for the shell or a list of arguments',
    ],
    ['a name of no variable', run('x', { env: { 'A-B': '' } }), 'must be the name of a variable'],
    [
      'a name that begins as none',
      run('x', { env: { '1A': '' } }),
      'must be the name of a variable',
    ],
    ['a number for a variable', run('x', { env: { A: 5 } }), 'command[x]: env.A must'],
    ['no success', run('x', { successCodes: [] }), 'successCodes must not be empty'],
    [
      'a status of no program',
      run('x', { successCodes: [256] }),
      'successCodes.0 must be at most 255',
    ],
    ['a directory by its name', run('x', { cwd: 'srv' }), 'cwd must be an absolute path'],
    ['the name of a resource', run('x', { onChangeOf: ['y'] }), 'must be a resource, not its name'],
  ])('%s', (_, make, message) => {
    expect(refusal(make)).toContain(message)
  })
})

describe('taken', () => {
  test.each<[string, () => unknown]>([
    ['https', check({}, 'https://h:8443/x?y=z#a')],
    ['an address of IPv6', check({ address: '::1' })],
    ['a name', check({ address: 'a_b.c-d' })],
    ['the host, said so', check({ from: 'host', socket: '/run/x' })],
    ['the first and the last status', check({ status: [100, 599] })],
    ['variables', run('x', { env: { A1: 'x', _b: '' } })],
    ['the first and the last exit status', run('x', { successCodes: [0, 255] })],
    ['a command on the second line', run('\n x')],
    ['empty arguments', run(['x', '', '-y'])],
    ['input that is empty', run('x', { input: '' })],
  ])('%s', (_, make) => {
    expect(refusal(make)).toBe('taken')
  })
})
