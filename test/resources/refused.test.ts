import { describe, expect, test } from '@jest/globals'
import { Secret } from '../../src/core/secret.js'
import { absent } from '../../src/resources/files/absent.js'
import { secretSource } from '../../src/resources/files/content.js'
import { directory } from '../../src/resources/files/directory.js'
import { file, type FileOptions } from '../../src/resources/files/file.js'
import { generatedSecret } from '../../src/resources/files/generated-secret.js'
import { knownHost, type KnownHostOptions } from '../../src/resources/accounts/known-host.js'
import { sshKey } from '../../src/resources/accounts/ssh-key.js'
import { sudoers, type SudoersOptions } from '../../src/resources/accounts/sudoers.js'
import { symlink, type SymlinkOptions } from '../../src/resources/files/symlink.js'
import { user, type UserOptions } from '../../src/resources/accounts/user.js'
import { js, refusal } from './refusal.js'

const rule =
  (command: string, more: object = { user: 'app' }) =>
  (): unknown =>
    sudoers('x', js<SudoersOptions>({ rules: [{ ...more, commands: [command] }] }))

describe('refused, with the resource, the option and the error', () => {
  test.each<[string, () => unknown, string]>([
    [
      'a relative path',
      () => file('etc/x'),
      'file("etc/x"): the first argument must be an absolute path',
    ],
    ['a path upwards', () => file('/etc/../x'), 'must not hold ..'],
    [
      'a URL with a password in the place of a path',
      () => directory('https://a:pass-word@example.org/x'),
      'directory("https://a:[secret]@example.org/x"): the first argument must be an absolute path',
    ],
    [
      'a path spelt in another way',
      () => directory('/srv/app/'),
      'must be written without //, /./ and a slash at its end',
    ],
    ['a path of two slashes', () => directory('/srv//app'), 'must be written without //'],
    ['a path of two lines', () => file('/etc/a\nb'), 'must be one line'],
    ['a path with NUL', () => file('/etc/a\0b'), 'must be one line'],
    [
      'a mode in decimal',
      () => file('/x', { mode: 644 }),
      "file[/x]: mode 644 is decimal and means 1204: write '0644' or 0o644",
    ],
    ['no mode', () => file('/x', { mode: 'rw' }), 'file[/x]: mode "rw" is no mode'],
    [
      'content and template',
      () => file('/x', { content: 'a', template: 'b' }),
      'file[/x]: content and template exclude each other',
    ],
    [
      'vars without a template',
      () => file('/x', { content: 'a', vars: {} }),
      'vars are for a template, and there is none',
    ],
    [
      'a template elsewhere',
      () => file('/x', { template: '../x' }),
      'template is a name within templates/',
    ],
    [
      'an absolute source',
      () => file('/x', { source: '/etc/passwd' }),
      'source is a path within the project, not an absolute one',
    ],
    [
      'content that is none',
      () => file('/x', js<FileOptions>({ content: 5 })),
      'file[/x]: content must be a string, bytes or a Secret',
    ],
    [
      'validate without its place',
      () => file('/x', { content: '', validate: 'visudo -c' }),
      'validate must hold %s',
    ],
    [
      'confirm of nothing',
      () => file('/x', { confirm: 'nginx -t' }),
      'confirm is for a file with content, source or template',
    ],
    [
      'the root of everything',
      () => absent('/', { recurse: true }),
      'must not be the root of everything',
    ],
    ['a project file elsewhere', () => secretSource('/etc/key'), 'is a path within the project'],
    [
      'validate of nothing',
      () => file('/x', { validate: 'sh -n %s' }),
      'validate is for a file with content, source or template',
    ],
    [
      'an owner with a colon',
      () => file('/x', { owner: 'a:b' }),
      'owner must be the name of an account',
    ],
    [
      'an owner with a dash',
      () => file('/x', { owner: '--reference=/etc/shadow' }),
      'owner must be the name of an account',
    ],
    [
      'a number mode for a tree',
      () => directory('/x', { recurse: true, mode: '0644' }),
      "write it as 'u=rwX,go=rX'",
    ],
    [
      'a tree of nothing',
      () => directory('/x', { recurse: true }),
      'recurse needs a mode, an owner or a group',
    ],
    [
      'a misspelt option',
      () => file('/x', js<FileOptions>({ onwer: 'root' })),
      'file[/x] has no option onwer; did you mean owner?',
    ],

    [
      'a link to nowhere',
      () => symlink('/x', js<SymlinkOptions>({})),
      'symlink[/x]: target is required',
    ],
    ['a link to nothing', () => symlink('/x', { target: '' }), 'symlink[/x]: target'],
    [
      'a link to itself',
      () => symlink('/x', { target: '/x' }),
      'symlink[/x]: target is the link itself',
    ],
    [
      'a link with NUL',
      () => symlink('/x', { target: 'a\0b' }),
      'symlink[/x]: target must be one line',
    ],

    [
      'sudoers with a dot',
      () => sudoers('webhook.conf', { content: 'x' }),
      'must hold letters, digits, _ and - only: sudo skips other files',
    ],
    ['sudoers without anything', () => sudoers('x', {}), 'rules or content is required'],
    [
      'sudoers with both',
      () => sudoers('x', { content: 'x', rules: [{ user: 'a', commands: ['/bin/a'] }] }),
      'rules and content exclude each other',
    ],
    [
      'no path',
      rule('systemctl restart x'),
      'rules.0.commands.0 must be an absolute path of a file',
    ],
    ['ALL', rule('ALL'), 'must be an absolute path of a file'],
    ['a directory', rule('/usr/bin/'), 'must be an absolute path of a file'],
    ['a wildcard', rule('/usr/bin/systemctl restart demo*'), 'must not hold wildcards'],
    ['a class', rule('/usr/bin/systemctl restart [ab]'), 'must not hold wildcards'],
    ['a regular expression', rule('/usr/bin/systemctl ^restart .$'), 'must not hold wildcards'],
    ['a backslash', rule('/bin/a \\x'), 'must not hold wildcards, quotes, backslashes'],
    ['a line break', rule('/bin/a\nevil ALL=(ALL) NOPASSWD: ALL'), 'must be one line'],
    ['two spaces', rule('/bin/a  b'), 'separated by single spaces'],
    ['a path upwards in a command', rule('/bin/../sbin/a'), 'must not hold . or .. in its path'],
    [
      'everybody',
      rule('/bin/a', { user: 'ALL' }),
      'rules.0.user in capitals would be an alias of sudoers',
    ],
    [
      'a comma in a user',
      rule('/bin/a', { user: 'a,ALL' }),
      'rules.0.user must be the name of an account',
    ],
    [
      'a user and a group',
      rule('/bin/a', { user: 'a', group: 'b' }),
      'rules.0 needs a user or a group, and not both',
    ],
    [
      'an option of a rule',
      rule('/bin/a', { user: 'a', nopassword: true }),
      'rules.0 must not have nopassword; did you mean nopasswd?',
    ],
    [
      'a Secret',
      () => sudoers('x', js<SudoersOptions>({ content: new Secret('abcdefgh') })),
      'content must be a string',
    ],

    [
      'a key that is none',
      () => knownHost('h', { keys: ['AAAA'] }),
      "knownHost[h]: keys.0 must be a public key: 'type base64'",
    ],
    [
      'a key of two lines',
      () => knownHost('h', { keys: ['ssh-ed25519 AAAA\nevil ssh-rsa AAAA'] }),
      'keys.0 must be one line',
    ],
    ['no keys', () => knownHost('h', js<KnownHostOptions>({})), 'keys is required'],
    [
      'a pattern as host',
      () => knownHost('*.example', { keys: ['ssh-ed25519 AAAA'] }),
      'must be a host',
    ],
    ['two hosts', () => knownHost('a,b', { keys: ['ssh-ed25519 AAAA'] }), 'must be a host'],

    ['a user like an option', () => user('-rf'), 'must be the name of an account'],
    [
      'a password in the clear',
      () => user('app', { passwordHash: 'hunter2' }),
      'user[app]: passwordHash must be a hash that crypt(3) made',
    ],
    [
      'a hash with a line of its own',
      () => user('app', { passwordHash: '$6$a\nroot:$6$b' }),
      'passwordHash must be a hash',
    ],
    [
      'a comment with a colon',
      () => user('app', { comment: 'a:0:0' }),
      'comment must be one line without a colon',
    ],
    [
      'a home that is kept',
      () => user('app', { removeHome: true }),
      "removeHome is for state: 'absent'",
    ],
    ['a whole of nothing', () => user('app', { exactGroups: true }), 'exactGroups needs groups'],
    [
      'a group with a comma',
      () => user('app', js<UserOptions>({ groups: ['a,sudo'] })),
      'groups.0 must be the name of an account',
    ],

    ['too few bytes', () => generatedSecret('/x', { bytes: 4 }), 'generatedSecret[/x]: bytes'],
    [
      'another kind of key',
      () => sshKey('/x', js({ type: 'rsa' })),
      'sshKey[/x]: type must be ed25519',
    ],
    [
      'a comment of two lines',
      () => sshKey('/x', { comment: 'a\nb' }),
      'sshKey[/x]: comment must be one line',
    ],
  ])('%s', (_, make, message) => {
    expect(refusal(make)).toContain(message)
  })
})
