/**
 * The Worker with the simulator of OpenD inside its gateway object. `npm start` runs it, and it can be deployed for a
 * trial without a brokerage login.
 */
export { GatewayObject } from '../durable-objects/demo-gateway-object.ts'
export { default } from './index.ts'
