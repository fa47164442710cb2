import {
  apt,
  command,
  directory,
  file,
  generatedSecret,
  git,
  group,
  mysql,
  play,
  secret,
  sudoers,
  systemd,
  task,
} from 'fettle'
import { newUnit, settings } from '../states.js'

/**
 * One of each kind of change that can be cut in two, in the order in which a deployment has them.
 */
const files = task('Files', () => {
  const password = generatedSecret('/etc/cuts/password')
  return [
    directory('/etc/cuts'),
    group('cuts'),
    password,
    file('/etc/cuts/settings.conf', { content: settings('two') }),
    file('/etc/cuts/checked.conf', {
      content: 'version two\n',
      mode: '0640',
      group: 'cuts',
      validate: 'grep -q ^version %s',
    }),
    file('/etc/cuts/secret.env', { content: secret`PASSWORD=${password.value}\n` }),
    sudoers('cuts', {
      rules: [
        { group: 'cuts', commands: ['/usr/bin/systemctl restart cuts.service'], nopasswd: true },
      ],
    }),
  ]
})

const packages = task('Packages', () => [apt.packages(['tree'])])

const database = task('Database', () => [
  mysql.database('cuts'),
  mysql.user('cuts', {
    password: generatedSecret('/etc/cuts/password').value,
    grants: { 'cuts.*': ['ALL'] },
  }),
])

const code = task('Code', () => [
  git.checkout('/srv/cuts/src', { repo: '/srv/cuts/repo.git', ref: 'main' }),
])

const service = task('Service', () => {
  const unit = systemd.unit('cuts.service', { content: newUnit })
  const conf = file('/etc/cuts/settings.conf', { content: settings('two') })
  return [
    unit,
    command('echo ran >>/etc/cuts/ran', { name: 'note', onChangeOf: [conf] }),
    systemd.service('cuts.service', {
      running: true,
      enabled: true,
      restartOn: [unit, conf],
      stableFor: 0,
    }),
  ]
})

export default play({
  name: 'Cuts',
  hosts: 'all',
  become: true,
  tasks: [files, packages, database, code, service],
})
