import { beforeAll, expect, test } from '@jest/globals'
import type { Resource } from '../../src/core/resource.js'
import { absent } from '../../src/resources/files/absent.js'
import { directory } from '../../src/resources/files/directory.js'
import { file } from '../../src/resources/files/file.js'
import { symlink } from '../../src/resources/files/symlink.js'
import { runOn, takeRunBack } from '../../src/testing/engine-run.js'
import { logIn } from './converge.js'
import { labHost, slow } from './host.js'

// A run is killed on its host before each program that could change something. Taken back, the host
// is as before, wherever it was killed.

const host = labHost({ image: 'bare' })
const shell = (script: string): Promise<string> => host().mustRun(['sh', '-euc', script])

/** The programs that what is kept, and what is changed, is made with. */
const programs = [
  ...['chmod', 'chown', 'cp', 'ln', 'mkdir', 'mktemp', 'mv', 'rm', 'rmdir', 'sync'],
  ...['groupadd', 'groupdel', 'groupmod', 'useradd', 'userdel', 'usermod', 'chpasswd'],
]
const shims = '/usr/local/sbin'

/** Stands before a program: kills the session that starts the n-th of them. */
const shim = `#!/bin/sh
count=$(($(cat /run/shims/count) + 1))
echo $count >/run/shims/count
if [ $count = "$(cat /run/shims/kill-at)" ]; then
  all= pid=$PPID
  while [ $pid -gt 1 ] && [ "$(cat /proc/$pid/comm)" != sshd ]; do
    all="$all $pid" pid=$(awk '/^PPid/ { print $2 }' /proc/$pid/status)
  done
  kill -9 $all
fi
exec "$(PATH=/usr/bin:/bin:/usr/sbin:/sbin command -v "\${0##*/}")" "$@"
`

const setShims = (on: boolean): Promise<string> =>
  shell(
    programs
      .map((name) => `/usr/bin/${on ? 'ln -sfn /run/shims/shim' : 'rm -f'} ${shims}/${name}`)
      .join('\n'),
  )

beforeAll(async () => {
  await shell(
    `mkdir /run/shims; cat >/run/shims/shim <<'EOS'\n${shim}EOS\nchmod +x /run/shims/shim`,
  )
}, slow)

/** Where the cases change something, with the content of files. */
const state = (): Promise<string> =>
  shell(
    `find /srv/k /home /etc/passwd /etc/shadow /etc/group /etc/gshadow -printf '%p %y %m %u:%g %l\\n' | sort
    find /srv/k /etc/passwd /etc/shadow /etc/group /etc/gshadow -type f -exec sha256sum -- {} + | sort -k 2`,
  )

const newest = (): Promise<string> => shell('ls /var/lib/fettle/undo 2>/dev/null | tail -n 1')

/** The lines that only one of two texts has. */
const difference = (before: string, after: string): readonly string[] => {
  const [was, is] = [before.split('\n'), after.split('\n')]
  return [
    ...was.filter((line) => !is.includes(line)).map((line) => `- ${line}`),
    ...is.filter((line) => !was.includes(line)).map((line) => `+ ${line}`),
  ]
}

/** Applies, killed before the n-th program; then takes back. Whether it was killed, and what differs. */
async function killedAt(n: number, resources: readonly Resource[]) {
  const before = await state()
  const earlier = await newest()
  await shell(`echo 0 >/run/shims/count; echo ${String(n)} >/run/shims/kill-at`)
  await setShims(true)
  const session = await logIn(host())
  const loggedIn = { name: 'web1', session, project: '.' }
  await runOn(loggedIn, 'apply', resources).catch(() => undefined)
  await session.close()
  await setShims(false)
  const count = Number(await shell('cat /run/shims/count'))
  const run = (await newest()).trim()
  const fresh = await logIn(host())
  const errors =
    run === earlier.trim() ? [] : await takeRunBack({ ...loggedIn, session: fresh }, run, resources)
  await fresh.close()
  const after = await state()
  const left = difference(before, after)
  return { killed: count >= n, errors, left }
}

test.each<[string, string, () => readonly Resource[]]>([
  ['a new file', '', () => [file('/srv/k/new', { content: 'x' })]],
  [
    'a file with another content and owner',
    'echo old >/srv/k/old; chmod 0600 /srv/k/old',
    () => [file('/srv/k/old', { content: 'new', mode: '0644', owner: 'nobody' })],
  ],
  [
    'ten files at once',
    'echo old >/srv/k/many3',
    () => [...'0123456789'].map((n) => file(`/srv/k/many${n}`, { content: 'new' })),
  ],
  ['a directory with its parents', '', () => [directory('/srv/k/a/b/c', { owner: 'nobody' })]],
  ['a link', 'ln -s old /srv/k/link', () => [symlink('/srv/k/link', { target: 'new' })]],
  [
    'a tree that is removed',
    'mkdir -p /srv/k/tree/a; echo x >/srv/k/tree/a/b; ln -s b /srv/k/tree/a/c',
    () => [absent('/srv/k/tree', { recurse: true })],
  ],
])(
  '%s',
  async (_, before, make) => {
    await shell(`mkdir -p /srv/k; ${before}`)
    const found = []
    let n = 0
    let killed = true
    while (killed) {
      const at = await killedAt(++n, make())
      killed = at.killed
      found.push({ n, errors: at.errors, left: at.left })
    }
    expect(found.filter(({ errors, left }) => errors.length + left.length > 0)).toEqual([])
    expect(n).toBeGreaterThan(4)
  },
  slow,
)
