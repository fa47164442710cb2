import { codeCases } from './plan-apply/cases/code.js'
import { databaseCases } from './plan-apply/cases/databases.js'
import { comparePlansWithApplies } from './plan-apply/compare.js'

comparePlansWithApplies('stack', [...codeCases, ...databaseCases])
