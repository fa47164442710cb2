import { createHash } from 'node:crypto'
import { enterFunctions } from '../../../src/core/enter.js'
import { Sh } from '../../../src/core/sh.js'
import { sudoers, sudoersText } from '../../../src/resources/accounts/sudoers.js'
import { holding, writing } from '../../../src/resources/files/write-file.js'
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
const header = '# Managed by Fettle: changes made here are lost.\n'
const text = header + '%demo-hook ALL=(root) NOPASSWD: /usr/bin/systemctl restart demo.service\n'
const here = { missingParent: null }

/** The file as it is written: never without a check of it alone and of the whole policy. */
const demoHook = {
  path: '/etc/sudoers.d/demo-hook',
  mode: 0o440,
  owner: 'root',
  group: 'root',
  validate: 'visudo -cf %s',
  confirm: 'visudo -c',
  sparedByOthers: true,
}

/** The script that removes the file `x`, unless the policy holds with it and not without it. */
const removal =
  enterFunctions.text +
  [
    'fettle_enter /etc/sudoers.d',
    'back_() { if [ -e ./.x.fettle-removed ]; then mv -fT -- ./.x.fettle-removed ./x; fi; }',
    'trap back_ EXIT',
    "trap 'exit 143' TERM INT HUP",
    'mv -fT -- ./x ./.x.fettle-removed',
    'compare_() { now_=$(visudo -c 2>&1 >/dev/null); back_; before_=$(visudo -c 2>&1 >/dev/null) && return 1; [ "$before_" = "$now_" ] && mv -fT -- ./x ./.x.fettle-removed; }',
    "{ visudo -c || compare_ || { printf 'fettle: %s\\nfettle, remedy: %s\\n' '`visudo -c` refused the policy without /etc/sudoers.d/x, so it is still there' 'see what it printed' >&2; exit 1; }; }",
    'rm -f -- ./.x.fettle-removed',
    'trap - EXIT',
    'sync -- .',
  ].join(' &&\n')

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () => sudoers('demo-hook', { rules }),
    facts: { ...here, path: null },
    changes: ['create file: 0440 root:root, 121 bytes'],
    effects: ['create'],
    scripts: [writing(demoHook).text],
    keys: {
      path: {
        path: '/etc/sudoers.d/demo-hook',
        follow: false,
        contentUnless: createHash('sha256').update(text).digest('hex'),
        size: text.length,
      },
      missingParent: '/etc/sudoers.d/demo-hook',
    },
  },
  {
    name: 'as wanted',
    resource: () => sudoers('demo-hook', { rules }),
    facts: { ...here, path: holdingText(text, { mode: 0o440 }) },
    changes: [],
    reason: 'mode 0440, owner root:root',
  },
  {
    name: 'another rule',
    resource: () => sudoers('demo-hook', { rules }),
    facts: { ...here, path: holdingText(`${text}x ALL=(ALL) ALL\n`, { mode: 0o440 }) },
    changes: ['content changed'],
    effects: ['change'],
    scripts: [writing(demoHook).text],
  },
  {
    name: 'mode and owner drift',
    resource: () => sudoers('demo-hook', { rules }),
    facts: { ...here, path: holdingText(text, { mode: 0o644, owner: 'demo', uid: 7 }) },
    changes: ['owner demo → root', 'mode 0644 → 0440'],
    effects: ['change', 'change'],
    scripts: [
      holding(demoHook.path, Sh.of('chown -- root:0 /proc/self/fd/3')).text,
      holding(demoHook.path, Sh.of('chmod -- 00440 /proc/self/fd/3')).text,
    ],
  },
  {
    name: 'text of its own',
    resource: () => sudoers('x', { content: 'Defaults:x !lecture\n' }),
    facts: { ...here, path: null },
    changes: ['create file: 0440 root:root, 20 bytes'],
  },
  {
    name: 'no sudo',
    resource: () => sudoers('x', { rules }),
    facts: { path: null, missingParent: { path: '/etc/sudoers.d', taken: false } },
    changes: ['blocked: directory /etc/sudoers.d does not exist'],
    remedy: "install sudo before this: apt.packages(['sudo'])",
    lacks: ['path:/etc/sudoers.d'],
    then: ['create file: 0440 root:root, 121 bytes'],
  },
  {
    name: 'a link',
    resource: () => sudoers('x', { rules }),
    facts: { ...here, path: linkEntry('/tmp/x') },
    changes: ['blocked: /etc/sudoers.d/x is a symbolic link to /tmp/x'],
    remedy: 'remove the link, or manage the path that it points to',
    lacks: ['path:/etc/sudoers.d/x'],
  },
  {
    name: 'removed',
    resource: () => sudoers('x', { state: 'absent' }),
    facts: { ...here, path: fileEntry() },
    changes: ['remove file'],
    effects: ['remove'],
    scripts: [removal],
    keys: { path: { path: '/etc/sudoers.d/x', follow: false } },
  },
  {
    name: 'a link is not removed',
    resource: () => sudoers('x', { state: 'absent' }),
    facts: { ...here, path: linkEntry('/tmp/x') },
    changes: ['blocked: /etc/sudoers.d/x is a symbolic link to /tmp/x'],
    remedy: 'remove the link, or manage the path that it points to',
    lacks: ['path:/etc/sudoers.d/x'],
  },
  {
    name: 'already removed',
    resource: () => sudoers('x', { state: 'absent' }),
    facts: { ...here, path: null },
    changes: [],
    reason: 'there is no such file',
  },
  {
    name: 'letters of other scripts, dots and dashes are not escaped',
    resource: () =>
      sudoers('x', { content: sudoersText([{ user: 'Äb-c.d_2', commands: ['/bin/a b'] }]) }),
    facts: {
      ...here,
      path: holdingText(`${header}Äb-c.d_2 ALL=(root) /bin/a b\n`, { mode: 0o440 }),
    },
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
        header + '%domain\\ admins ALL=(DOM\\\\app) /bin/b ""\nDOM\\\\alice ALL=(root) /bin/b ""\n',
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
      path: holdingText(header + 'app ALL=(root) /bin/a --x\\=1\\,2\\:3 \\#4, /bin/b ""\n', {
        mode: 0o440,
      }),
    },
    changes: [],
  },
]
