import { AuditLog } from '../../src/audit/audit-log.ts'

/** The Worker of the bench of orders, without the audit. */
AuditLog.prototype.record = () => undefined

export { default, GatewayObject } from './ungoverned-worker.ts'
