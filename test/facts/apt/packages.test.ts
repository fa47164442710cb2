import { describe, expect, test } from '@jest/globals'
import { aptFact } from '../../../src/facts/apt/packages.js'
import { said, valueOf } from '../said.js'

// dpkg 1.21.22 and apt 2.6.1, on amd64
const rows = `lists 120
native amd64
foreign wine32:i386
git\tinstalled\tamd64\tinstall\tok\t1:2.39.5-0+deb12u3\tforeign\tgit-completion, git-core
git-man\tinstalled\tall\tinstall\tok\t1:2.39.5-0+deb12u3\tforeign\t
nginx\tconfig-files\tamd64\tdeinstall\tok\t1.22.1-9\t\thttpd, httpd-cgi
webhook\tinstalled\tamd64\thold\tok\t2.8.0-2+b6\t\t
sick\thalf-configured\tall\tinstall\tok\t1\t\t
torn\thalf-installed\tall\tinstall\treinstreq\t1\t\t
exim4\tinstalled\tall\tinstall\tok\t4.96-15\t\tmail-transport-agent (= 4.96), default-mta, sendmail:any
libc6\tinstalled\tamd64\tinstall\tok\t2.36-9\tsame\t
libc6\tinstalled\ti386\thold\tok\t2.36-8\tsame\t
libgif7\tinstalled\ti386\tinstall\tok\t5.2.1-2.5\tsame\t
libz\tconfig-files\tamd64\tdeinstall\tok\t1\tsame\t
libz\tinstalled\ti386\tinstall\tok\t1\tsame\tlibz-dev
wine32\tinstalled\ti386\tinstall\tok\t8.0\tforeign\twine-bin
fonts\tconfig-files\tall\tdeinstall\tok\t1\t\t
fonts\tinstalled\tamd64\tinstall\tok\t2\t\t
icons\thalf-installed\tall\tdeinstall\tok\t1\t\t
icons\tinstalled\tamd64\tinstall\tok\t2\t\t
docs\tconfig-files\tall\tdeinstall\tok\t1\t\t
docs\tunpacked\tamd64\tinstall\tok\t2\t\t
mutt\tunpacked\tamd64\tinstall\tok\t2.2\t\t
nano\tconfig-files\tamd64\tdeinstall\tok\t7.2\t\t
pico\tinstalled\tamd64\tinstall\tok\t5\t\tnano, mutt, pico
vim\tconfig-files\tamd64\tdeinstall\tok\t9.0\t\t
vim\tinstalled\tall\tinstall\tok\t9.1\t\tvim
`
const of = (version: string, rest: object = {}): object => ({
  status: 'installed',
  version,
  held: false,
  reinstall: false,
  providedBy: null,
  ...rest,
})

test.each([
  ['mail-transport-agent', of('4.96-15', { providedBy: 'exim4', aptName: 'exim4' })],
  ['default-mta', of('4.96-15', { providedBy: 'exim4', aptName: 'exim4' })],
  ['sendmail', of('4.96-15', { providedBy: 'exim4', aptName: 'exim4' })],
  ['nginx', of('1.22.1-9', { status: 'config-files', aptName: 'nginx' })],
  ['webhook', of('2.8.0-2+b6', { held: true, aptName: 'webhook' })],
  ['sick', of('1', { status: 'half-configured', aptName: 'sick' })],
  ['torn', of('1', { status: 'half-installed', reinstall: true, aptName: 'torn' })],
  ['libc6', of('2.36-9', { aptName: 'libc6' })],
  ['libc6:amd64', of('2.36-9', { aptName: 'libc6' })],
  ['libc6:native', of('2.36-9', { aptName: 'libc6' })],
  ['libc6:any', of('2.36-9', { aptName: 'libc6' })],
  ['libc6:all', of('2.36-9', { aptName: 'libc6' })],
  ['libc6:i386', of('2.36-8', { held: true, aptName: 'libc6:i386' })],
  ['libc6:arm64', undefined],
  ['git-man:i386', of('1:2.39.5-0+deb12u3', { aptName: 'git-man' })],
  ['git-man:all', of('1:2.39.5-0+deb12u3', { aptName: 'git-man' })],
  // A package of another architecture is another package, unless apt knows no other.
  ['libgif7', undefined],
  ['libgif7:any', undefined],
  ['libgif7:i386', of('5.2.1-2.5', { aptName: 'libgif7:i386' })],
  ['libz', of('1', { status: 'config-files', aptName: 'libz' })],
  ['libz-dev', undefined],
  ['git:i386', undefined],
  ['wine32', of('8.0', { aptName: 'wine32:i386' })],
  ['wine32:amd64', undefined],
  ['wine-bin', of('8.0', { providedBy: 'wine32', aptName: 'wine32:i386' })],
  // A package that was for all architectures and now is for one, or the other way round.
  ['fonts', of('2', { aptName: 'fonts' })],
  ['icons', of('2', { aptName: 'icons' })],
  ['docs', of('2', { status: 'unpacked', aptName: 'docs' })],
  // What is half done is finished, whoever provides it; what was removed can be provided.
  ['mutt', of('2.2', { status: 'unpacked', aptName: 'mutt' })],
  ['nano', of('5', { providedBy: 'pico', aptName: 'pico' })],
  // A package that provides itself is no virtual one.
  ['pico', of('5', { aptName: 'pico' })],
  ['vim', of('9.1', { aptName: 'vim' })],
  ['httpd', undefined],
  ['gi', undefined],
])('%s', (name, state) => {
  const [first, second] = aptFact.parse(said(rows), [[name], []])
  expect(valueOf(first)).toEqual({
    listsAge: 120,
    packages: state === undefined ? {} : { [name]: state },
  })
  expect(valueOf(second)).toEqual({ listsAge: 120, packages: {} })
})

test('without lists apt knows no architecture of packages that are not installed', () => {
  expect(
    valueOf(aptFact.parse(said(rows.replace('lists 120', 'lists none')), [['wine32']])[0]).packages,
  ).toEqual({})
})

test.each([
  ['lists 120', 120],
  ['lists 0', 0],
  // They were never fetched, or come from the future.
  ['lists none', null],
  ['lists -100', 0],
])('the age in %j is %p', (line, listsAge) => {
  expect(aptFact.parse(said(`${line}\nnative amd64\n`), [['git']])).toEqual([
    { is: 'present', value: { listsAge, packages: {} } },
  ])
})

const native = 'lists 1\nnative amd64\n'
const git = 'git\tinstalled\tamd64\tinstall\tok\t1\tforeign\t'

describe('unknown', () => {
  test.each([
    ['no dpkg', said(native, 127, 'sh: dpkg-query: not found\n'), 'sh: dpkg-query: not found'],
    ['a status', said(native, 2), 'status 2'],
    ['nothing', said(''), 'status 0'],
    ['no architecture', said('lists 1\nnative \n'), 'status 0'],
    ['an architecture of two words', said('lists 1\nnative amd64 i386\n'), 'status 0'],
    ['an architecture behind noise', said('lists 1\na native amd64\n'), 'status 0'],
    ['an age of two numbers', said('lists 1 2\nnative amd64\n'), 'status 0'],
    ['an age behind noise', said('a lists 1\nnative amd64\n'), 'status 0'],
    ['an age that is no number', said('lists \nnative amd64\n'), 'status 0'],
    ['a row that is torn', said(`${native}git\tamd64\tinst`), 'status 0'],
    ['a row without its last field', said(`${native}${git.slice(0, -1)}\n`), 'status 0'],
    ['a foreign name of two words', said(`${native}foreign wine32:i386 b\n${git}\n`), 'status 0'],
    ['a foreign name behind noise', said(`${native}a foreign wine32:i386\n${git}\n`), 'status 0'],
    ['a foreign name behind a row', said(`${native}${git}\nforeign git:i386\n`), 'status 0'],
    ['noise', said('\u0000\u0001'), 'status 0'],
  ])('after %s', (_, output, why) => {
    const fact = {
      is: 'unknown',
      reason: `the packages could not be read: ${why}`,
      remedy: 'see dpkg-query -W on the host',
    }
    expect(aptFact.parse(output, [['git'], ['curl']])).toEqual([fact, fact])
  })
})

test('asks for each name once, and without its architecture where dpkg is asked', () => {
  expect(aptFact.script([['git', 'libc6:i386'], ['libc6', 'git'], []]).script.body).toBe(
    `fettle_apt_lists
fettle_apt_find git libc6
if fettle_apt_has git libc6:i386 libc6; then fettle_apt_show
else fettle_apt_list && fettle_apt_foreign git libc6:i386 libc6 && fettle_apt_matching -e git -e libc6; fi`,
  )
})
