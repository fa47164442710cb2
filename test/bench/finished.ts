import { readFile } from 'node:fs/promises'
import type { BenchHost } from './fleet.js'
import { benchFile } from './places.js'

/**
 * The state of every host before any tool: the repository to check out, and an sshd that logs each
 * session.
 */
const preparation = `set -eu
[ -e /etc/ssh/sshd_config.d/bench.conf ] || { echo 'LogLevel VERBOSE' > /etc/ssh/sshd_config.d/bench.conf; systemctl reload ssh; }
[ ! -e /srv/src/app.git ] || exit 0
export GIT_AUTHOR_NAME=Dev GIT_AUTHOR_EMAIL=dev@example.org GIT_COMMITTER_NAME=Dev GIT_COMMITTER_EMAIL=dev@example.org
export GIT_AUTHOR_DATE='2026-01-31T12:00:00Z' GIT_COMMITTER_DATE='2026-01-31T12:00:00Z'
git init -q --bare -b main /srv/src/app.git
cd "$(mktemp -d)"
git init -q -b main
echo 'The app' > README
git add README
git commit -q -m 'The app'
git push -q /srv/src/app.git main
systemctl is-system-running --wait >/dev/null || true
`

type Asked = Pick<BenchHost, 'name' | 'run'>

/** Runs a piece of shell on all hosts at once; throws with the output where it failed. */
export async function runOn(hosts: readonly Asked[], script: string, what: string): Promise<void> {
  const said = await Promise.all(hosts.map(async (host) => ({ host, ...(await host.run(script)) })))
  const failed = said.filter(({ code }) => code !== 0)
  if (failed.length > 0)
    throw new Error(
      failed
        .map(({ host, stdout, stderr }) => `${host.name}: ${what}:\n${stdout}${stderr}`)
        .join('\n'),
    )
}

export const prepareHosts = (hosts: readonly Asked[]): Promise<void> =>
  runOn(hosts, preparation, 'could not be prepared')

/** Throws, with a line for each mistake, when a host is not in the finished state of the job. */
export const verify = async (hosts: readonly BenchHost[]): Promise<void> =>
  runOn(hosts, await readFile(benchFile('verify.sh'), 'utf8'), 'is not in the finished state')

/** The change that the one-change run repairs: a script that nothing depends on. */
export const breakOneFile = (hosts: readonly BenchHost[]): Promise<void> =>
  runOn(hosts, "echo '# by hand' >> /srv/demo/bin/reload.sh", 'could not be changed')
