import { expect, test } from '@jest/globals'
import { Secret } from '../../../src/core/secret.js'
import { absent } from '../../../src/resources/files/absent.js'
import { secretSource } from '../../../src/resources/files/content.js'
import { directory } from '../../../src/resources/files/directory.js'
import { file } from '../../../src/resources/files/file.js'
import { generatedSecret } from '../../../src/resources/files/generated-secret.js'
import { symlink } from '../../../src/resources/files/symlink.js'
import { js, refusal } from '../refusal.js'

const number = "mode must be a mode such as '0644', 0o644 or 'u=rw,g=r,o='"
const alone = (option: string): string => `${option} is for a file with content, source or template`

test.each<[object, string]>([
  [{ content: '' }, 'taken'],
  [{ content: new Uint8Array() }, 'taken'],
  [{ content: new Secret('abcdefgh') }, 'taken'],
  [{ content: 5 }, 'content must be a string, bytes or a Secret, and is 5'],
  [{ content: null }, 'content must be a string, bytes or a Secret, and is null'],
  [{ source: '' }, 'source must not be empty'],
  [{ source: '/etc/x' }, 'source is a path within the project, not an absolute one'],
  [{ source: 'etc/x' }, 'taken'],
  [{ template: '/x' }, 'template is a path within the project, not an absolute one'],
  [{ template: 'a/../x' }, 'template is a name within templates/'],
  [{ template: 'a/..x' }, 'taken'],
  [{ template: 'a', vars: { b: 1 } }, 'taken'],
  [{ template: 'a', vars: 5 }, 'vars must be a mapping, and is 5'],
  [{ vars: {} }, 'vars are for a template, and there is none'],
  [{ vars: {}, backup: true }, 'vars are for a template, and there is none'],
  [{ source: 'a', vars: {} }, 'vars are for a template, and there is none'],
  [{ content: 'a', source: 'b' }, 'content and source exclude each other'],
  [{ source: 'a', template: 'b' }, 'source and template exclude each other'],
  [
    { content: 'a', source: 'b', template: 'c' },
    'content and source and template exclude each other',
  ],
  [{ mode: true }, `${number}, and is true`],
  [{ owner: 0, group: 'web' }, 'taken'],
  [{ owner: 'a:b' }, 'owner must be the name of an account'],
  [{ owner: true }, 'owner must be a name or an id, and is true'],
  [{ owner: 1.5 }, 'owner must be a name or an id, and is 1.5'],
  [{ group: -1 }, 'group must be at least 0'],
  [{ follow: true }, 'taken'],
  [{ follow: 'x' }, 'follow must be true or false, and is text'],
  [
    { content: '', validate: 'visudo -c' },
    'validate must hold %s, which becomes the path of the new file',
  ],
  [{ content: '', validate: 'visudo -cf %s', confirm: 'visudo -c' }, 'taken'],
  [{ content: '', confirm: 'a\nb' }, 'confirm must be one line'],
  [{ content: '', backup: 1 }, 'backup must be true or false, and is 1'],
  [{ content: '', onlyIfAbsent: 1 }, 'onlyIfAbsent must be true or false, and is 1'],
  [{ source: 'a', backup: true }, 'taken'],
  [{ template: 'a', onlyIfAbsent: true }, 'taken'],
  [{ validate: 'visudo -cf %s' }, alone('validate')],
  [{ confirm: 'visudo -c' }, alone('confirm')],
  [{ backup: true }, alone('backup')],
  [{ onlyIfAbsent: true }, alone('onlyIfAbsent')],
  [{ mode: '0600', backup: false }, alone('backup')],
])('file %j: %s', (options, said) => {
  expect(refusal(() => file('/x', js(options))).replace('file[/x]: ', '')).toBe(said)
})

const symbols = "write it as 'u=rwX,go=rX'"
test.each<[object, string]>([
  [{ mode: '0644' }, 'taken'],
  [{ mode: 'u=rwX', recurse: true }, 'taken'],
  [{ owner: 0, recurse: true }, 'taken'],
  [{ group: 0, recurse: true }, 'taken'],
  [{ recurse: false }, 'taken'],
  [{ recurse: true }, 'recurse needs a mode, an owner or a group'],
  [{ recurse: 1 }, 'recurse must be true or false, and is 1'],
  [
    { mode: 0o644, recurse: true },
    `mode 0644 with recurse would make files executable or directories unreadable: ${symbols}`,
  ],
  [
    { mode: '0644', recurse: true },
    `mode 0644 with recurse would make files executable or directories unreadable: ${symbols}`,
  ],
  [{ owner: 'a:b' }, 'owner must be the name of an account'],
  [{ group: 'a:b' }, 'group must be the name of an account'],
  [{ mode: true }, `${number}, and is true`],
])('directory %j: %s', (options, said) => {
  expect(refusal(() => directory('/x', js(options))).replace('directory[/x]: ', '')).toBe(said)
})

test.each<[string, () => unknown, string]>([
  [
    'all there is',
    () => absent('/', { recurse: true }),
    'absent("/"): the first argument must not be the root of everything',
  ],
  [
    'a relative path',
    () => absent('x'),
    'absent("x"): the first argument must be an absolute path',
  ],
  [
    'a tree, perhaps',
    () => absent('/x', js({ recurse: 1 })),
    'absent[/x]: recurse must be true or false, and is 1',
  ],
  [
    'a secret of 15 bytes',
    () => generatedSecret('/x', { bytes: 15 }),
    'generatedSecret[/x]: bytes must be at least 16',
  ],
  ['a secret of 16 bytes', () => generatedSecret('/x', { bytes: 16 }), 'taken'],
  ['a secret of 512 bytes', () => generatedSecret('/x', { bytes: 512 }), 'taken'],
  [
    'a secret of 513 bytes',
    () => generatedSecret('/x', { bytes: 513 }),
    'generatedSecret[/x]: bytes must be at most 512',
  ],
  [
    'a part of a byte',
    () => generatedSecret('/x', { bytes: 16.5 }),
    'generatedSecret[/x]: bytes must be a whole number, and is 16.5',
  ],
  [
    'a link to nothing',
    () => symlink('/x', { target: '' }),
    'symlink[/x]: target must not be empty',
  ],
  [
    'a link by force, perhaps',
    () => symlink('/x', js({ target: 'a', force: 1 })),
    'symlink[/x]: force must be true or false, and is 1',
  ],
  ['a link to its own name elsewhere', () => symlink('/x', { target: 'x' }), 'taken'],
  [
    'a secret of the host',
    () => secretSource('/etc/key'),
    'secretSource("/etc/key"): the first argument is a path within the project, not an absolute one',
  ],
  [
    'a secret without a name',
    () => secretSource(''),
    'secretSource(""): the first argument must not be empty',
  ],
  ['a secret of the project', () => secretSource('key'), 'taken'],
])('%s', (_, make, said) => {
  expect(refusal(make)).toBe(said)
})
