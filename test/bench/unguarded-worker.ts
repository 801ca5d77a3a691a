import { AuditLog } from '../../src/audit/audit-log.ts'
import { Authenticator } from '../../src/auth/authenticator.ts'
import { SCOPES } from '../../src/auth/scope.ts'
import { succeed } from '../../src/base/result.ts'
import { KeyGate } from '../../src/keys/key-gate.ts'

/** The product without authentication and audit: every token is that of one caller, and nothing is recorded. */

const CALLER = {
  id: 'key:bench',
  scopes: new Set(SCOPES),
  expiresAtMs: null,
  key: null,
  keyMark: null,
  restrictions: null,
} as const

Authenticator.prototype.identify = async () => succeed(CALLER)
KeyGate.prototype.refusalOf = () => null
AuditLog.prototype.record = () => undefined

export { default, GatewayObject } from '../../src/index.ts'
