// The host's state before and after the job, shared with the job itself.

/** Long enough for a cut to fall into the middle of it. */
export const settings = (version: string): string =>
  `version ${version}\n${`setting of version ${version}\n`.repeat(2000)}`

const unit = (version: string): string =>
  `[Service]\nEnvironment=VERSION=${version}\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n`
export const newUnit = unit('two')

/** Each file's whole content: before, after, and null where it may not exist yet. */
export const contents: Readonly<Record<string, readonly (string | RegExp | null)[]>> = {
  '/etc/cuts/settings.conf': [settings('one'), settings('two')],
  '/etc/cuts/checked.conf': ['version one\n', 'version two\n'],
  '/etc/cuts/password': [null, /^[0-9a-f]{64}$/],
  '/etc/cuts/secret.env': [null, /^PASSWORD=[0-9a-f]{64}\n$/],
  '/etc/sudoers.d/cuts': [
    null,
    /^# Managed by Fettle: changes made here are lost\.\n%cuts ALL=\(\S+\) NOPASSWD: [^\n]*\n$/,
  ],
  '/etc/systemd/system/cuts.service': [unit('one'), newUnit],
}

/** Creates the repository that is checked out. */
export const repository = `set -eu
rm -rf /srv/cuts; mkdir /srv/cuts; cd /srv/cuts
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
git init --quiet --bare -b main repo.git; git clone --quiet repo.git work 2>/dev/null; cd work; git checkout --quiet -b main
seq 20000 >numbers; git add .; git commit --quiet -m one; git push --quiet origin HEAD; cd ..; rm -rf work`

/**
 * Resets the host to the start of a trial: an older service that runs, older files, and nothing
 * else. Ends the sessions of the previous trial. Its input is the older settings.
 */
export const beginning = `set -eu
pkill -9 -f '[s]shd: root@notty' || :
rm -rf /etc/cuts /etc/sudoers.d/cuts /srv/cuts/src /var/lib/fettle
rm -f /tmp/fettle* /etc/sudoers.d/.fettle*
! dpkg -s tree >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive dpkg --purge tree >/dev/null
mariadb -e 'DROP DATABASE IF EXISTS cuts; DROP USER IF EXISTS cuts@localhost'
! getent group cuts >/dev/null || groupdel cuts
install -d /etc/cuts
cat >/etc/cuts/settings.conf
echo 'version one' >/etc/cuts/checked.conf
printf '${unit('one').replaceAll('\n', '\\n')}' >/etc/systemd/system/cuts.service
systemctl daemon-reload; systemctl disable --quiet cuts.service 2>/dev/null || :; systemctl restart cuts.service`
