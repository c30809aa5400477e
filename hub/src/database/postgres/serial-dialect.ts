import {
  CompiledQuery, OperatorNode, PostgresDialect, PostgresDriver, PostgresQueryCompiler, PrimitiveValueListNode, ValueListNode,
  type BinaryOperationNode, type DatabaseConnection, type Driver, type PostgresPool, type QueryCompiler, type TransactionSettings,
} from 'kysely';
import { FENCED, fenceSql, type Fence } from './fence.js';

/** The lock of Liandong's writers in this database: "liandong" in eight bytes. */
const WRITERS = 0x6c69616e646f6e67n;

interface SerialConfig { readonly pool: PostgresPool; readonly fence: Fence }

/**
 * PostgreSQL with libSQL's way of writing: one transaction after the other. What reads a number and writes the next one (`seq`, change numbers, versions),
 * or looks before it writes, relies on that; and a reader that goes on after the last `seq` it saw would miss a smaller one that was committed later.
 * Reads outside of transactions wait for nobody. The lock goes with the transaction, however that ends.
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
  readonly #fence: Fence;

  constructor({ pool, fence }: SerialConfig) {
    super({ pool });
    this.#fence = fence;
  }

  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    if (settings.accessMode === 'read only') return super.beginTransaction(connection, settings);
    try {
      const { term } = this.#fence;
      await connection.executeQuery(CompiledQuery.raw([`begin; select pg_advisory_xact_lock(${WRITERS})`, ...(term === undefined ? [] : [fenceSql(term)])].join('; ')));
    } catch (error) {
      // The transaction may have begun; given back like this, its connection would refuse whoever has it next.
      await this.rollbackTransaction(connection).catch(() => undefined); // of a connection that is gone
      if ((error as { code?: string }).code === FENCED) this.#fence.onFenced();
      throw error;
    }
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
