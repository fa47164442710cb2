import { sudoers, sudoersText } from '../../../src/resources/accounts/sudoers.js'
import type { Case } from '../../../src/testing/case.js'
import { fileEntry, holdingText, linkEntry } from '../files/entry.js'

const rules = [
  {
    group: 'demo-hook',
    runAs: 'root',
    nopasswd: true,
    commands: ['/usr/bin/systemctl restart demo.service'],
  },
]
const text =
  '# Managed by Fettle: changes made here are lost.\n%demo-hook ALL=(root) NOPASSWD: /usr/bin/systemctl restart demo.service\n'
const here = { missingParent: null }

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () => sudoers('demo-hook', { rules }),
    facts: { ...here, path: null },
    changes: ['create file'],
  },
  {
    name: 'as wanted',
    resource: () => sudoers('demo-hook', { rules }),
    facts: { ...here, path: holdingText(text, { mode: 0o440 }) },
    changes: [],
  },
  {
    name: 'another rule',
    resource: () => sudoers('demo-hook', { rules }),
    facts: { ...here, path: holdingText(`${text}x ALL=(ALL) ALL\n`, { mode: 0o440 }) },
    changes: ['content changed'],
  },
  {
    name: 'mode and owner drift',
    resource: () => sudoers('demo-hook', { rules }),
    facts: { ...here, path: holdingText(text, { mode: 0o644, owner: 'demo', uid: 7 }) },
    changes: ['owner demo → root', 'mode 0644 → 0440'],
  },
  {
    name: 'text of its own',
    resource: () => sudoers('x', { content: 'Defaults:x !lecture\n' }),
    facts: { ...here, path: null },
    changes: ['create file'],
  },
  {
    name: 'no sudo',
    resource: () => sudoers('x', { rules }),
    facts: { path: null, missingParent: { path: '/etc/sudoers.d', taken: false } },
    changes: ['blocked: directory /etc/sudoers.d does not exist'],
  },
  {
    name: 'a link',
    resource: () => sudoers('x', { rules }),
    facts: { ...here, path: linkEntry('/tmp/x') },
    changes: ['blocked: /etc/sudoers.d/x is a symbolic link to /tmp/x'],
  },
  {
    name: 'removed',
    resource: () => sudoers('x', { state: 'absent' }),
    facts: { ...here, path: fileEntry() },
    changes: ['remove file'],
  },
  {
    name: 'already removed',
    resource: () => sudoers('x', { state: 'absent' }),
    facts: { ...here, path: null },
    changes: [],
  },
  {
    name: 'names of a domain are escaped',
    resource: () =>
      sudoers('x', {
        rules: [
          { group: 'domain admins', runAs: 'DOM\\app', commands: ['/bin/b'] },
          { user: 'DOM\\alice', commands: ['/bin/b'] },
        ],
      }),
    facts: {
      ...here,
      path: holdingText(
        '# Managed by Fettle: changes made here are lost.\n%domain\\ admins ALL=(DOM\\\\app) /bin/b ""\nDOM\\\\alice ALL=(root) /bin/b ""\n',
        { mode: 0o440 },
      ),
    },
    changes: [],
  },
  {
    name: 'what ends an argument is escaped; no argument means none; several commands',
    resource: () =>
      sudoers('x', {
        content: sudoersText([{ user: 'app', commands: ['/bin/a --x=1,2:3 #4', '/bin/b'] }]),
      }),
    facts: {
      ...here,
      path: holdingText(
        '# Managed by Fettle: changes made here are lost.\napp ALL=(root) /bin/a --x\\=1\\,2\\:3 \\#4, /bin/b ""\n',
        { mode: 0o440 },
      ),
    },
    changes: [],
  },
]
