import {
  OperatorNode, PostgresDialect, PostgresDriver, PostgresQueryCompiler, PrimitiveValueListNode, ValueListNode,
  type BinaryOperationNode, type DatabaseConnection, type Driver, type PostgresPool, type QueryCompiler, type TransactionSettings,
} from 'kysely';
import { Turns } from '../turns.js';
import type { Fence } from './fence.js';
import { SerialConnection } from './serial-connection.js';

/** `turnMs`: how long a write waits for those of this process that came before. */
interface SerialConfig { readonly pool: PostgresPool; readonly fence: Fence; readonly turnMs: number }

/**
 * PostgreSQL with libSQL's way of writing: one transaction after the other. What reads a number and writes the next one (`seq`, change numbers, versions),
 * or looks before it writes, relies on that; and a reader that goes on after the last `seq` it saw would miss a smaller one that was committed later.
 * A write outside a transaction is one of its own. Reads outside of transactions wait for nobody. The lock goes with the transaction, however that ends.
 * With a lease held, every transaction first checks that it still is (fence.ts).
 */
export class SerialPostgresDialect extends PostgresDialect {
  readonly #config: SerialConfig;

  constructor(config: SerialConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new SerialDriver(this.#config);
  }

  override createQueryCompiler(): QueryCompiler {
    return new EmptyListCompiler();
  }
}

class SerialDriver extends PostgresDriver {
  readonly #config: SerialConfig;
  readonly #turns = new Turns();

  constructor(config: SerialConfig) {
    super({ pool: config.pool });
    this.#config = config;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const { fence, turnMs } = this.#config;
    return new SerialConnection({ acquire: () => super.acquireConnection(), turns: this.#turns, fence, turnMs });
  }

  override async beginTransaction(connection: SerialConnection, settings: TransactionSettings): Promise<void> {
    if (settings.accessMode === 'read only') await connection.beginReading((inner) => super.beginTransaction(inner, settings));
    else await connection.begin();
  }

  override commitTransaction(connection: SerialConnection): Promise<void> { return connection.commit(); }
  override rollbackTransaction(connection: SerialConnection): Promise<void> { return connection.rollback(); }

  override async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const inner = (connection as SerialConnection).release(); // made above
    if (inner !== undefined) await super.releaseConnection(inner as Parameters<PostgresDriver['releaseConnection']>[0]); // made by it
  }
}

/** `in ()`: nothing is in a list of nothing. libSQL knows it, standard SQL does not. */
class EmptyListCompiler extends PostgresQueryCompiler {
  protected override visitBinaryOperation(node: BinaryOperationNode): void {
    const { operator, rightOperand: list } = node;
    const isEmptyList = (PrimitiveValueListNode.is(list) || ValueListNode.is(list)) && list.values.length === 0;
    if (isEmptyList && OperatorNode.is(operator) && (operator.operator === 'in' || operator.operator === 'not in')) this.append(operator.operator === 'in' ? 'false' : 'true');
    else super.visitBinaryOperation(node);
  }
}
