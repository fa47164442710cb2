import type { FileOptions } from '../../../../src/resources/files/file.js'
import { user } from '../../../../src/resources/accounts/user.js'
import { absent } from '../../../../src/resources/files/absent.js'
import { command } from '../../../../src/resources/commands/command.js'
import { directory } from '../../../../src/resources/files/directory.js'
import { file } from '../../../../src/resources/files/file.js'
import { generatedSecret } from '../../../../src/resources/files/generated-secret.js'
import { symlink } from '../../../../src/resources/files/symlink.js'
import type { Resource } from '../../../../src/core/resource.js'
import { playAs, type PlanApplyCase } from '../case.js'

const content = 'hello\n'

/** What may be at the path of a file, and shell that puts it there. */
const inTheWay: readonly (readonly [what: string, before: string])[] = [
  ['nothing', ':'],
  ['a file', 'echo other >PATH'],
  ['the same file', 'echo hello >PATH'],
  ['an empty directory', 'mkdir PATH'],
  ['a directory with a file', 'mkdir PATH; touch PATH/x'],
  ['a link to a file', 'echo other >PATH.target; ln -s PATH.target PATH'],
  ['a link to a directory', 'mkdir PATH.target; ln -s PATH.target PATH'],
  ['a link that leads nowhere', 'ln -s PATH.none PATH'],
  ['a link to itself', 'ln -s PATH PATH'],
  ['a named pipe', 'mkfifo PATH'],
  ['an immutable file', 'echo other >PATH; chattr +i PATH'],
  ['a file that can only grow', 'echo other >PATH; chattr +a PATH'],
  ['a mount of a file', 'echo other >PATH.source; touch PATH; mount --bind PATH.source PATH'],
  ['a mount of a file system', 'mkdir PATH; mount -t tmpfs tmpfs PATH'],
  ['a file of deploy’s', 'echo other >PATH; chown deploy:deploy PATH; chmod 0600 PATH'],
]

/** What one may want at a path. */
const wanted: readonly (readonly [what: string, of: (path: string) => Resource])[] = [
  ['a file', (path) => file(path, { content })],
  ['a file behind links', (path) => file(path, { content, follow: true })],
  ['a file written once', (path) => file(path, { content, onlyIfAbsent: true, mode: '0640' })],
  ['the attributes of a file', (path) => file(path, { owner: 'deploy', mode: '0640' })],
  ['a directory', (path) => directory(path, { mode: '0750' })],
  ['a link', (path) => symlink(path, { target: '/srv' })],
  ['a link by force', (path) => symlink(path, { target: '/srv', force: true })],
  ['nothing', (path) => absent(path)],
  ['nothing at all', (path) => absent(path, { recurse: true })],
  ['a secret', (path) => generatedSecret(path)],
]

const clear = (folder: string): string => `
  cd ${folder}
  for each in *; do if mountpoint -q -- "$each"; then umount -- "$each"; fi; done
  chattr -R -i -a . 2>/dev/null || :`

/** Each kind of thing wanted in the place of each kind of thing, one folder for one of the former. */
const kinds: readonly PlanApplyCase[] = wanted.map(([what, of], row) => {
  const folder = `/srv/way${String(row)}`
  return {
    name: `${what} where there is something else`,
    before: `mkdir ${folder}; cd ${folder}
      ${inTheWay.map(([, before], at) => before.replaceAll('PATH', `${folder}/p${String(at)}`)).join('\n')}`,
    run: () => inTheWay.map((_, at) => ignoring(of(`${folder}/p${String(at)}`))),
    after: clear(folder),
  }
})

/** The same resource, whose failure does not end the run. */
const ignoring = (made: Resource): Resource => ({
  ...made,
  common: { ...made.common, ignoreFailure: true },
})

/** Where a path may be, and shell that makes that place; `PATH` is the place. */
const places: readonly (readonly [what: string, before: string, path: string, after?: string])[] = [
  ['in a missing directory', ':', 'PATH/none/x'],
  ['below a file', 'touch PATH/file', 'PATH/file/x'],
  ['below a link that leads nowhere', 'ln -s none PATH/link', 'PATH/link/x'],
  ['behind a link of root’s', 'mkdir PATH/real; ln -s real PATH/link', 'PATH/link/x'],
  [
    'behind a link of deploy’s',
    'chown deploy PATH; mkdir PATH/real; ln -s real PATH/link; chown -h deploy PATH/link',
    'PATH/link/x',
  ],
  ['in deploy’s directory', 'install -d -o deploy PATH/hers', 'PATH/hers/x'],
  ['in a directory for all', 'install -d -m 1777 PATH/all', 'PATH/all/x'],
  [
    'in a directory that cannot be changed',
    'mkdir PATH/fixed; chattr +i PATH/fixed',
    'PATH/fixed/x',
    'chattr -i PATH/fixed',
  ],
  [
    'on a read-only file system',
    'mkdir PATH/ro; mount -t tmpfs -o ro tmpfs PATH/ro',
    'PATH/ro/x',
    'umount PATH/ro',
  ],
  [
    'on a read-only bind mount',
    'mkdir PATH/source PATH/bound; mount --bind PATH/source PATH/bound; mount -o remount,bind,ro PATH/bound',
    'PATH/bound/x',
    'umount PATH/bound',
  ],
  [
    'on a full file system',
    'mkdir PATH/full; mount -t tmpfs -o size=64k,nr_inodes=200 tmpfs PATH/full; cat /dev/zero >PATH/full/zeros 2>/dev/null || :',
    'PATH/full/x',
    'umount PATH/full',
  ],
  [
    'on a file system without inodes',
    'mkdir PATH/many; mount -t tmpfs -o nr_inodes=4 tmpfs PATH/many; touch PATH/many/a PATH/many/b PATH/many/c 2>/dev/null || :',
    'PATH/many/x',
    'umount PATH/many',
  ],
  ['of a name that is too long', ':', `PATH/${'x'.repeat(256)}`],
  ['of a name that is just short enough', ':', `PATH/${'x'.repeat(255)}`],
  ['of a name with spaces and quotes', ':', 'PATH/it\'s a "name" $x'],
  ['in /proc', ':', '/proc/fettle-x'],
  ['in /sys', ':', '/sys/fettle-x'],
]

/** What is new in a place. */
const makers: readonly (readonly [what: string, of: (path: string) => Resource])[] = [
  ['a file', (path) => file(path, { content })],
  ['a directory', (path) => directory(path)],
  ['a link', (path) => symlink(path, { target: '/srv' })],
  ['a secret', (path) => generatedSecret(path)],
  ['nothing', (path) => absent(path)],
]

const inPlaces: readonly PlanApplyCase[] = places.map(([what, before, path, after = ':'], row) => {
  const place = `/srv/place${String(row)}`
  const named = (text: string): string => text.replaceAll('PATH', place)
  return {
    name: `new things ${what}`,
    before: `mkdir ${place}; ${named(before)}`,
    run: () =>
      makers.map(([, of], at) =>
        ignoring(
          of(`${named(path).slice(0, at === 0 ? undefined : -1)}${at === 0 ? '' : String(at)}`),
        ),
      ),
    after: named(after),
  }
})

const fileOptions: readonly (readonly [what: string, options: FileOptions, before?: string])[] = [
  ['of somebody who is missing', { content, owner: 'missing' }],
  ['of a group that is missing', { content, group: 'missing' }],
  ['of a number', { content, owner: 4711, group: 4712 }],
  ['of somebody', { content, owner: 'deploy', group: 'games', mode: '0640' }],
  ['that is changed for somebody who is missing', { content, owner: 'missing' }, 'echo old >PATH'],
  ['that is for somebody who is missing', { owner: 'missing' }, 'echo old >PATH'],
  ['that is valid', { content, validate: 'grep -q hello %s' }],
  ['that is not valid', { content, validate: 'grep -q bye %s' }],
  ['that is changed and not valid', { content, validate: 'grep -q bye %s' }, 'echo old >PATH'],
  ['that is as it is and not valid', { content, validate: 'grep -q bye %s' }, 'echo hello >PATH'],
  ['whose validator is missing', { content, validate: '/usr/bin/none %s' }],
  ['that is confirmed', { content, confirm: 'true' }],
  ['that is not confirmed', { content, confirm: 'false' }],
  ['that is kept', { content, backup: true }, 'echo old >PATH'],
  ['with a mode in symbols', { content, mode: 'u=rw,g=r,o=' }, 'echo old >PATH; chmod 0755 PATH'],
  [
    'that is a program for its group',
    { content, mode: '2755', group: 'games' },
    'echo hello >PATH',
  ],
  ['of the project', { source: 'notes.txt' }],
  ['of the project, as it is', { source: 'notes.txt' }, 'echo of the project >PATH'],
  ['with many lines', { content: 'line\n'.repeat(20_000) }],
  ['with bytes', { content: new Uint8Array([0, 255, 10, 13]) }],
]

const filesWith: readonly PlanApplyCase[] = fileOptions.map(
  ([what, options, before = ':'], row) => ({
    name: `a file ${what}`,
    before: before.replaceAll('PATH', `/srv/file${String(row)}`),
    run: () => [file(`/srv/file${String(row)}`, options)],
  }),
)

const trees: readonly PlanApplyCase[] = [
  {
    name: 'directories with attributes',
    before: `mkdir -p /srv/dirs/open /srv/dirs/group; chmod 0777 /srv/dirs/open; chgrp games /srv/dirs/group; chmod 2775 /srv/dirs/group`,
    run: () => [
      directory('/srv/dirs/open', { mode: '0755', owner: 'deploy' }),
      directory('/srv/dirs/group/new'),
      directory('/srv/dirs/group', { mode: '0755' }),
      directory('/srv/dirs/lost', { owner: 'missing', ignoreFailure: true }),
      directory('/srv/dirs/lost-too', { group: 'missing', ignoreFailure: true }),
      directory('/srv/dirs/open/a/b', { owner: 'missing', ignoreFailure: true }),
    ],
  },
  {
    name: 'directories that share parents',
    run: () => [
      directory('/srv/deep/a/b'),
      directory('/srv/deep/a/c'),
      directory('/srv/deep/d/e/f'),
      directory('/srv/deep/d/e'),
      file('/srv/deep/d/x', { content }),
    ],
  },
  {
    name: 'trees',
    before: `mkdir -p /srv/trees/mixed/a /srv/trees/fixed; touch /srv/trees/mixed/a/b /srv/trees/fixed/c; chattr +i /srv/trees/fixed/c`,
    run: () => [
      directory('/srv/trees/mixed', { recurse: true, owner: 'deploy', mode: 'u=rwX,go=rX' }),
      directory('/srv/trees/new', { recurse: true, owner: 'deploy' }),
      directory('/srv/trees/mixed/none', { recurse: true, owner: 'missing', ignoreFailure: true }),
      directory('/srv/trees/mixed', { recurse: true, owner: 'deploy', mode: 'u=rwX,go=rX' }),
      directory('/srv/trees/fixed', { recurse: true, owner: 'deploy', ignoreFailure: true }),
    ],
    after: 'chattr -i /srv/trees/fixed/c',
  },
  {
    name: 'trees that are to go',
    before: `cd /srv; mkdir -p gone/a gone-fixed gone-mounted/m gone-linked; touch gone/a/b gone-fixed/x; chattr +i gone-fixed/x
      mkdir gone-mount; mount -t tmpfs tmpfs gone-mount; touch gone-mount/kept
      mount -t tmpfs tmpfs gone-mounted/m; ln -s /srv/gone-linked gone-link; touch gone-linked/x`,
    run: () => [
      absent('/srv/gone', { recurse: true }),
      absent('/srv/gone-link', { recurse: true }),
      absent('/srv/gone-linked/x/y'),
      absent('/srv/gone-fixed', { recurse: true, ignoreFailure: true }),
      absent('/srv/gone-mounted', { recurse: true, ignoreFailure: true }),
      absent('/srv/gone-mount', { recurse: true, ignoreFailure: true }),
      command(['test', '-e', '/srv/gone-mount/kept']),
    ],
    after: 'umount /srv/gone-mounted/m /srv/gone-mount; chattr -i /srv/gone-fixed/x',
  },
  {
    name: 'something in the place of what goes',
    before: `cd /srv; mkdir place-dir place-full; touch place-file place-full/x; ln -s none place-link`,
    run: () => [
      absent('/srv/place-dir', { recurse: true }),
      file('/srv/place-dir', { content }),
      absent('/srv/place-file'),
      directory('/srv/place-file'),
      absent('/srv/place-link'),
      file('/srv/place-link', { content }),
      absent('/srv/place-full', { recurse: true }),
      symlink('/srv/place-full', { target: '/srv/place-dir' }),
    ],
  },
  {
    name: 'something in what goes',
    before: 'mkdir -p /srv/leaves/dir; touch /srv/leaves/dir/file',
    run: () => [
      absent('/srv/leaves', { recurse: true }),
      file('/srv/leaves/dir/file', { content, ignoreFailure: true }),
      directory('/srv/leaves/dir'),
      file('/srv/leaves/dir/other', { content }),
    ],
  },
  {
    name: 'what goes with what is made in it',
    before: 'mkdir /srv/brief',
    run: () => [file('/srv/brief/file', { content }), absent('/srv/brief', { recurse: true })],
  },
  {
    name: 'one path by two ways',
    before: 'mkdir /srv/ways; ln -s ways /srv/way',
    run: () => [
      file('/srv/ways/file', { content }),
      file('/srv/way/file', { content }),
      file('/srv/way/other', { content, ignoreFailure: true }),
      directory('/srv/ways/dir'),
      directory('/srv/way/dir'),
      file('/srv/way/dir/x', { content }),
    ],
  },
  {
    name: 'a release behind a link that is there',
    before: 'mkdir -p /srv/app; ln -s releases/1 /srv/app/current',
    run: () => [
      directory('/srv/app/releases/1'),
      file('/srv/app/current/conf', { content }),
      directory('/srv/app/current/logs'),
      file('/srv/app/releases/1/other', { content }),
    ],
  },
  {
    name: 'a release behind a link of the run’s',
    run: () => [
      directory('/srv/shop/releases/1'),
      symlink('/srv/shop/current', { target: 'releases/1' }),
      file('/srv/shop/current/conf', { content }),
      directory('/srv/shop/current/logs/old'),
    ],
  },
  {
    name: 'a link that moves to another release',
    before: 'mkdir -p /srv/blog/1 /srv/blog/2; touch /srv/blog/1/conf; ln -s 1 /srv/blog/current',
    run: () => [
      symlink('/srv/blog/current', { target: '2' }),
      file('/srv/blog/current/conf', { content }),
      file('/srv/blog/current/conf', { content }),
    ],
  },
  {
    name: 'what a command makes',
    before: 'mkdir /srv/made-by',
    run: () => [
      command('touch /srv/made-by/file', { creates: '/srv/made-by/file' }),
      file('/srv/made-by/file', { mode: '0600' }),
      file('/srv/made-by/other', { content }),
    ],
  },
  {
    name: 'secrets that are there',
    before: `mkdir /srv/secrets; cd /srv/secrets; echo abcdef >fine; chmod 0600 fine; echo abcdef >open; : >empty; printf 'a\\nb\\n' >lines`,
    run: () => [
      generatedSecret('/srv/secrets/fine'),
      generatedSecret('/srv/secrets/open'),
      file('/srv/secrets/conf', { content: generatedSecret('/srv/secrets/fine').value }),
      file('/srv/secrets/new-conf', {
        content: generatedSecret('/srv/secrets/new').value,
        ignoreFailure: true,
      }),
      generatedSecret('/srv/secrets/new'),
      file('/srv/secrets/new-conf2', { content: generatedSecret('/srv/secrets/new').value }),
      generatedSecret('/srv/secrets/empty', { ignoreFailure: true }),
      generatedSecret('/srv/secrets/lines', { ignoreFailure: true }),
      file('/srv/secrets/empty-conf', {
        content: generatedSecret('/srv/secrets/empty').value,
        ignoreFailure: true,
      }),
    ],
  },
]

const asOthers: readonly PlanApplyCase[] = [
  {
    name: 'files of a play of deploy’s',
    before:
      'install -d -o deploy /srv/of-deploy; mkdir /srv/of-root; touch /srv/of-root/file; echo old >/srv/of-deploy/root; chmod 0600 /srv/of-deploy/root',
    run: () => [
      playAs(
        'deploy',
        ...[
          file('/srv/of-deploy/file', { content }),
          file('/srv/of-deploy/given', { content, owner: 'root' }),
          file('/srv/of-deploy/group', { content, group: 'games' }),
          file('/srv/of-deploy/root', { content }),
          directory('/srv/of-deploy/dir/in'),
          file('/srv/of-root/new', { content }),
          file('/srv/of-root/file', { content }),
          directory('/srv/of-root/dir'),
          absent('/srv/of-root/file'),
          symlink('/srv/of-root/link', { target: '/srv' }),
          file('/root/file', { content }),
        ].map(ignoring),
      ),
    ],
  },
  {
    name: 'files that act as deploy',
    before: 'install -d -o deploy /srv/as-deploy; mkdir /srv/as-root',
    run: () =>
      [
        file('/srv/as-deploy/file', { content, become: 'deploy' }),
        file('/srv/as-root/file', { content, become: 'deploy' }),
        directory('/srv/as-deploy/dir', { become: 'deploy', owner: 'root' }),
        command('touch /srv/as-deploy/made', { creates: '/srv/as-deploy/made', become: 'deploy' }),
        file('/srv/as-missing', { content, become: 'missing' }),
      ].map(ignoring),
  },
  {
    name: 'files that act as somebody who is missing',
    run: () => [file('/srv/as-nobody', { content, become: 'missing', ignoreFailure: true })],
  },
  {
    name: 'what a user may do who gets a group',
    before: 'groupadd makers; useradd maker; install -d -g makers -m 0770 /srv/of-makers',
    run: () => [
      playAs(true, user('maker', { groups: ['makers'] })),
      playAs('maker', file('/srv/of-makers/file', { content })),
    ],
  },
  {
    name: 'a directory in one play, a file in the next',
    run: () => [
      playAs(true, directory('/srv/of-plays', { owner: 'deploy' })),
      playAs('deploy', file('/srv/of-plays/file', { content })),
      playAs(true, file('/srv/of-plays/root', { content })),
    ],
  },
]

export const fileCases: readonly PlanApplyCase[] = [
  ...kinds,
  ...inPlaces,
  ...filesWith,
  ...trees,
  ...asOthers,
]
