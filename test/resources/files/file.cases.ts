import { Secret } from '../../../src/core/secret.js'
import { sh, type Sh } from '../../../src/core/sh.js'
import { digestOf } from '../../../src/resources/files/content.js'
import { file } from '../../../src/resources/files/file.js'
import { holding, writing, type FileToWrite } from '../../../src/resources/files/write-file.js'
import type { Case } from '../../../src/testing/case.js'
import { directoryEntry, fileEntry, holdingText, linkEntry } from './entry.js'

const here = { missingParent: null }
const path = '/etc/app.conf'
const secret = new Secret('token=hunter2-hunter2')

/** The file is written, a file of root by default. */
const written = (more: Partial<FileToWrite> = {}): string =>
  writing({ path, mode: 0o644, owner: 0, group: 0, ...more }).text
/** A file that is there gets other attributes, while it is open at descriptor 3. */
const opened = (script: Sh, via?: string): string =>
  holding(via === undefined ? path : '/srv/real.conf', script, via).text

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () =>
      file(path, { content: 'port=5000\n', mode: '0640', owner: 'root', group: 'app' }),
    facts: { ...here, path: null },
    changes: ['create file: 0640 root:app, 10 bytes'],
    effects: ['create'],
    scripts: [written({ mode: 0o640, owner: 'root', group: 'app' })],
    keys: {
      path: { path, follow: false, contentUnless: digestOf('port=5000\n'), size: 10 },
      missingParent: path,
    },
  },
  {
    name: 'as wanted',
    resource: () => file(path, { content: 'a\n', mode: '0644', owner: 'root', group: 0 }),
    facts: { ...here, path: holdingText('a\n') },
    changes: [],
    reason: 'mode 0644, owner root:root',
  },
  {
    name: 'left out is not managed',
    resource: () => file(path, { content: 'a\n' }),
    facts: { ...here, path: holdingText('a\n', { mode: 0o4711, owner: 'x', uid: 7 }) },
    changes: [],
    reason: 'mode 4711, owner x:root',
  },
  {
    name: 'another content',
    resource: () => file(path, { content: 'b\n' }),
    facts: { ...here, path: holdingText('a\n') },
    changes: ['content changed'],
    effects: ['change'],
    scripts: [written()],
  },
  {
    name: 'what was there is kept',
    resource: () => file(path, { content: 'b\n', backup: true }),
    facts: { ...here, path: holdingText('a\n') },
    changes: ['content changed, a copy kept'],
    scripts: [written({ backup: true })],
  },
  {
    name: 'content and attributes are one write',
    resource: () => file(path, { content: 'b\n', mode: '0600', owner: 'demo' }),
    facts: { ...here, path: holdingText('a\n') },
    changes: ['content changed, owner root → demo, mode 0644 → 0600'],
    effects: ['change'],
    scripts: [written({ owner: 'demo', mode: 0o600 })],
  },
  {
    name: 'attributes are a change each',
    resource: () => file(path, { content: 'a\n', mode: '0600', owner: 'demo', group: 'demo' }),
    facts: { ...here, path: holdingText('a\n') },
    changes: ['owner root → demo', 'group root → demo', 'mode 0644 → 0600'],
    effects: ['change', 'change', 'change'],
    scripts: [
      opened(sh`chown -- demo:0 /proc/self/fd/3`),
      opened(sh`chown -- demo:demo /proc/self/fd/3`),
      opened(sh`chmod -- 00600 /proc/self/fd/3`),
    ],
  },
  {
    name: 'owners by id',
    resource: () => file(path, { owner: 33, group: '33' }),
    facts: { ...here, path: fileEntry({ uid: 33, gid: 33, owner: 'www-data', group: 'www-data' }) },
    changes: [],
    reason: 'mode 0644, owner www-data:www-data',
    keys: { path: { path, follow: false } },
  },
  {
    name: 'an owner without a name',
    resource: () => file(path, { owner: 'demo' }),
    facts: { ...here, path: fileEntry({ uid: 4242, owner: null }) },
    changes: ['owner 4242 → demo'],
    scripts: [opened(sh`chown -- demo:0 /proc/self/fd/3`)],
  },
  {
    name: 'symbols change what is there',
    resource: () => file(path, { mode: 'u=rw,go-w' }),
    facts: { ...here, path: fileEntry({ mode: 0o666 }) },
    changes: ['mode 0666 → 0644'],
    scripts: [opened(sh`chmod -- 00644 /proc/self/fd/3`)],
  },
  {
    name: 'symbols that hold already',
    resource: () => file(path, { mode: 'u+r,o-w' }),
    facts: { ...here, path: fileEntry({ mode: 0o641 }) },
    changes: [],
  },
  {
    name: 'a secret',
    resource: () => file(path, { content: secret }),
    facts: { ...here, path: null },
    changes: ['create file: 0600'],
    scripts: [written({ mode: 0o600, owner: undefined, group: undefined })],
    keys: { path: { path, follow: false, digest: true } },
  },
  {
    name: 'a secret that is too open',
    resource: () => file(path, { content: secret }),
    facts: { ...here, path: holdingText('token=hunter2-hunter2', { mode: 0o640 }) },
    changes: ['mode 0640 → 0600'],
  },
  {
    name: 'a secret with a mode of its own',
    resource: () => file(path, { content: secret, mode: '0640' }),
    facts: { ...here, path: holdingText('token=hunter2-hunter2', { mode: 0o640 }) },
    changes: [],
  },
  {
    name: 'a secret that is narrower',
    resource: () => file(path, { content: secret }),
    facts: { ...here, path: holdingText('token=hunter2-hunter2', { mode: 0o400 }) },
    changes: [],
  },
  {
    name: 'another secret',
    resource: () => file(path, { content: secret }),
    facts: { ...here, path: holdingText('old', { mode: 0o644 }) },
    changes: ['content changed, mode 0644 → 0600'],
    scripts: [written({ mode: 0o600 })],
  },
  {
    name: 'only where there is none',
    resource: () => file(path, { content: 'a\n', onlyIfAbsent: true, mode: '0600' }),
    facts: { ...here, path: fileEntry() },
    changes: ['mode 0644 → 0600'],
  },
  {
    name: 'a new file whose size is not told',
    resource: () => file(path, { content: 'a\n', sensitive: true }),
    facts: { ...here, path: null },
    changes: ['create file: 0644'],
  },
  {
    name: 'a missing parent',
    resource: () => file('/srv/app/x/conf', { content: 'a\n' }),
    facts: { path: null, missingParent: { path: '/srv/app', taken: false } },
    changes: ['blocked: directory /srv/app does not exist'],
    remedy: "add directory('/srv/app/x') before this",
    lacks: ['path:/srv/app/x'],
    then: ['create file: 0644, 2 bytes'],
  },
  {
    name: 'a parent that is none',
    resource: () => file('/srv/app/x/conf', { content: 'a\n' }),
    facts: { path: null, missingParent: { path: '/srv/app', taken: true } },
    changes: ['blocked: /srv/app is no directory'],
    remedy: 'remove what is there, or choose another path than /srv/app/x/conf',
    lacks: undefined,
  },
  {
    name: 'attributes of a file that is missing',
    resource: () => file(path, { mode: '0600' }),
    facts: { ...here, path: null },
    changes: ['blocked: /etc/app.conf does not exist'],
    remedy: 'give it content, source or template, or add what makes it before this',
    lacks: ['path:/etc/app.conf'],
  },
  {
    name: 'a link',
    resource: () => file(path, { content: 'a\n' }),
    facts: { ...here, path: linkEntry('/etc/shadow') },
    changes: ['blocked: /etc/app.conf is a symbolic link to /etc/shadow'],
    remedy: 'set follow: true to manage the file that it points to, or remove the link',
    lacks: ['path:/etc/app.conf'],
  },
  {
    name: 'a link to nothing',
    resource: () => file(path, { content: 'a\n', follow: true }),
    facts: { ...here, path: linkEntry('gone') },
    changes: ['blocked: /etc/app.conf is a symbolic link to nothing (gone)'],
    remedy: 'remove the link, or make what it points to',
    lacks: undefined,
  },
  {
    name: 'a link that is followed',
    resource: () => file(path, { content: 'b\n', follow: true }),
    facts: { ...here, path: holdingText('a\n', { target: '/srv/real.conf' }) },
    changes: ['content changed'],
    scripts: [written({ path: '/srv/real.conf', via: path })],
    keys: { path: { path, follow: true, contentUnless: digestOf('b\n'), size: 2 } },
  },
  {
    name: 'a directory',
    resource: () => file(path, { content: 'a\n' }),
    facts: { ...here, path: directoryEntry() },
    changes: ['blocked: /etc/app.conf is a directory'],
    remedy: 'remove the directory, or choose another path',
    lacks: ['path:/etc/app.conf'],
  },
  {
    name: 'a directory behind a link that is followed: it may go, or the link lead elsewhere',
    resource: () => file(path, { content: 'a\n', follow: true }),
    facts: { ...here, path: directoryEntry({ target: '/srv/real' }) },
    changes: ['blocked: /srv/real is a directory'],
    lacks: undefined,
  },
  {
    name: 'a device',
    resource: () => file(path, { content: 'a\n' }),
    facts: { ...here, path: fileEntry({ kind: 'other' }) },
    changes: ['blocked: /etc/app.conf is neither a file nor a directory'],
    remedy: 'remove it, or choose another path',
    lacks: ['path:/etc/app.conf'],
  },
  {
    name: 'setuid survives a change of owner',
    resource: () => file(path, { owner: 'demo', mode: '4755' }),
    facts: { ...here, path: fileEntry({ mode: 0o4755 }) },
    changes: ['owner root → demo'],
    scripts: [opened(sh`chown -- demo:0 /proc/self/fd/3 && chmod -- 04755 /proc/self/fd/3`)],
  },
  {
    name: 'a file of the project',
    resource: () => file(path, { source: 'files/app.conf' }),
    facts: { ...here, path: holdingText('a\n') },
    values: { content: Buffer.from('b\n') },
    changes: ['content changed'],
  },
  {
    name: 'a template',
    resource: () => file(path, { template: 'app.conf.njk', vars: { port: 5000 } }),
    facts: { ...here, path: holdingText('port=5000\n') },
    values: { content: 'port=5000\n' },
    changes: [],
  },
  {
    name: 'validated before it is put in place, and confirmed afterwards',
    resource: () =>
      file(path, { content: 'b\n', validate: 'app --check %s', confirm: 'app --check-all' }),
    facts: { ...here, path: holdingText('a\n') },
    changes: ['content changed'],
    scripts: [written({ validate: 'app --check %s', confirm: 'app --check-all' })],
  },
  {
    name: 'a setuid program is rewritten with its new owner',
    resource: () => file(path, { content: 'a\n', owner: 'demo', mode: '4755' }),
    facts: { ...here, path: holdingText('a\n', { mode: 0o4755 }) },
    changes: ['owner root → demo'],
    scripts: [written({ owner: 'demo', mode: 0o4755 })],
  },
  {
    name: 'no longer a setuid program',
    resource: () => file(path, { content: 'a\n', owner: 'demo', mode: '0000' }),
    facts: { ...here, path: holdingText('a\n', { mode: 0o4755 }) },
    changes: ['owner root → demo', 'mode 4755 → 0000'],
  },
  {
    name: 'a device in its place, and content',
    resource: () => file(path, { content: 'a\n', group: 'demo' }),
    facts: { ...here, path: fileEntry({ kind: 'other' }) },
    changes: ['blocked: /etc/app.conf is neither a file nor a directory'],
    lacks: ['path:/etc/app.conf'],
  },
  {
    name: 'written to once, and there',
    resource: () => file(path, { content: 'b\n', onlyIfAbsent: true, group: 'demo' }),
    facts: { ...here, path: holdingText('a\n') },
    changes: ['group root → demo'],
    scripts: [opened(sh`chown -- 0:demo /proc/self/fd/3`)],
  },
  {
    name: 'a copy of a file in the root directory',
    resource: () => file('/app.conf', { content: 'b\n', backup: true, group: 'demo' }),
    facts: { ...here, path: holdingText('a\n') },
    changes: ['content changed, group root → demo, a copy kept'],
    scripts: [written({ path: '/app.conf', group: 'demo', backup: true })],
  },
  {
    name: 'a new file with a group and a long name',
    resource: () => file(`/etc/${'long'.repeat(15)}`, { content: 'b\n', group: 'demo' }),
    facts: { ...here, path: null },
    changes: ['create file: 0644, group demo, 2 bytes'],
    scripts: [written({ path: `/etc/${'long'.repeat(15)}`, owner: undefined, group: 'demo' })],
  },
  {
    name: 'attributes of a file that a link leads to',
    resource: () => file(path, { mode: '0600', follow: true }),
    facts: { ...here, path: fileEntry({ target: '/srv/real.conf' }) },
    changes: ['mode 0644 → 0600'],
    scripts: [opened(sh`chmod -- 00600 /proc/self/fd/3`, path)],
    keys: { path: { path, follow: true } },
  },
  {
    name: 'written once, where there is none',
    resource: () => file(path, { content: 'a\n', onlyIfAbsent: true }),
    facts: { ...here, path: null },
    changes: ['create file: 0644, 2 bytes'],
    scripts: [written({ owner: undefined, group: undefined })],
  },
  {
    name: 'a link that cannot be read, and may be followed',
    resource: () => file(path, { content: 'a\n', follow: true }),
    facts: { ...here, path: fileEntry({ kind: 'link' }) },
    changes: ['blocked: /etc/app.conf is a symbolic link to nothing ()'],
    lacks: undefined,
  },
  {
    name: 'an owner and a group without names, as wanted',
    resource: () => file(path, { owner: 4242, group: '4243' }),
    facts: { ...here, path: fileEntry({ uid: 4242, owner: null, gid: 4243, group: null }) },
    changes: [],
    reason: 'mode 0644, owner 4242:4243',
  },
  {
    name: 'a group without a name',
    resource: () => file(path, { owner: 'app', group: 'demo' }),
    facts: { ...here, path: fileEntry({ owner: 'app', uid: 7, gid: 4243, group: null }) },
    changes: ['group 4243 → demo'],
    scripts: [opened(sh`chown -- app:demo /proc/self/fd/3`)],
  },
  {
    name: 'setgid survives a change of group',
    resource: () => file(path, { group: 'demo' }),
    facts: { ...here, path: fileEntry({ mode: 0o2755 }) },
    changes: ['group root → demo'],
    scripts: [opened(sh`chown -- 0:demo /proc/self/fd/3 && chmod -- 02755 /proc/self/fd/3`)],
  },
]
