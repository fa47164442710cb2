import { directory, git, github, knownHost, python, sshKey, task } from 'fettle'
import { namesOf } from './names.js'
import type { AppVars } from './vars.js'

/**
 * The key that may read this one repository. It is made on the host and its private half stays
 * there.
 */
const deployKey = (vars: AppVars) => {
  const { deployKey, hookUser } = namesOf(vars)
  return sshKey(deployKey, { owner: hookUser, comment: `deploy key of ${vars.app}` })
}

export const checkout = (vars: AppVars) => {
  const names = namesOf(vars)
  return git.checkout(names.checkout, {
    repo: names.gitUrl,
    ref: vars.branch,
    owner: names.hookUser,
    key: deployKey(vars),
    clean: { untracked: true },
    force: true,
    lock: names.deployLock,
  })
}

export const virtualEnvironment = (vars: AppVars) => {
  const names = namesOf(vars)
  const options = {
    requirements: `${names.checkout}/requirements.txt`,
    owner: names.hookUser,
    systemSitePackages: vars.system_site_packages,
  }
  if (vars.find_links === null) return python.venv(names.venv, options)
  return python.venv(names.venv, { ...options, findLinks: vars.find_links })
}

export default task<AppVars>('Code', ({ vars, host }) => {
  const names = namesOf(vars)
  const readable = { owner: names.hookUser, group: names.group, mode: '2750' }
  return [
    directory(`${names.hookHome}/.ssh`, {
      owner: names.hookUser,
      group: names.hookUser,
      mode: '0700',
    }),
    deployKey(vars),
    knownHost(vars.git_host, { keys: vars.git_host_keys }),
    vars.github &&
      github.deployKey(vars.repository, {
        title: `${vars.app} on ${host.name}`,
        key: deployKey(vars).publicKey,
        readOnly: true,
      }),
    directory(names.checkout, readable),
    checkout(vars),
    directory(names.venv, readable),
    virtualEnvironment(vars),
  ]
})
