import type { Operations } from './answers.js'
import type { StoredRepository } from './state.js'

/** The fields that are addresses of other parts of the API, each `NAME_url`. */
const parts =
  'archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees'.split(
    ' ',
  )
const ownerParts =
  'avatar events followers following gists organizations received_events repos starred subscriptions'.split(
    ' ',
  )

const addresses = (base: string, names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [`${name}_url`, `${base}/${name}`]))

const shownOwner = (login: string, apiUrl: string): object => ({
  ...addresses(`${apiUrl}/users/${login}`, [...ownerParts, 'html']),
  ...{ login, id: 1, node_id: 'U_1', gravatar_id: '', site_admin: false, type: 'User' },
  url: `${apiUrl}/users/${login}`,
})

function shownRepository(
  { id, name: full_name, defaultBranch, createdAt, archived, access }: StoredRepository,
  apiUrl: string,
): object {
  const [login = '', name = ''] = full_name.split('/')
  const url = `${apiUrl}/repos/${full_name}`
  const page = `https://github.com/${full_name}`
  return {
    ...addresses(url, parts),
    ...{ url, html_url: page, clone_url: `${page}.git`, svn_url: page },
    ...{ git_url: `git://github.com/${full_name}.git`, ssh_url: `git@github.com:${full_name}.git` },
    ...{ id, node_id: `R_${String(id)}`, name, full_name, owner: shownOwner(login, apiUrl) },
    ...{ private: true, archived, disabled: false, fork: false, default_branch: defaultBranch },
    ...{ created_at: createdAt, updated_at: createdAt, pushed_at: createdAt, size: 0 },
    ...{ description: null, homepage: null, language: null, license: null, mirror_url: null },
    ...{ has_issues: true, has_projects: true, has_wiki: true, has_pages: false },
    ...{ has_discussions: false, forks: 0, forks_count: 0, open_issues: 0, open_issues_count: 0 },
    ...{ stargazers_count: 0, watchers: 0, watchers_count: 0 },
    ...{ network_count: 0, subscribers_count: 0 },
    permissions: { admin: access === 'admin', push: access === 'admin', pull: true },
  }
}

/** The operations on repositories themselves. */
export const repositoryOperations: Operations = {
  'get /repos/{owner}/{repo}': ({ repository, apiUrl }) => ({
    status: 200,
    body: shownRepository(repository, apiUrl),
  }),
}
