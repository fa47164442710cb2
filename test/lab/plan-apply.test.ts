import { accountCases } from './plan-apply/cases/accounts.js'
import { commandCases } from './plan-apply/cases/commands.js'
import { fileCases } from './plan-apply/cases/files.js'
import { packageCases } from './plan-apply/cases/packages.js'
import { serviceCases } from './plan-apply/cases/services.js'
import { comparePlansWithApplies } from './plan-apply/compare.js'

comparePlansWithApplies('bare', [
  ...accountCases,
  ...fileCases,
  ...serviceCases,
  ...commandCases,
  ...packageCases,
])
