import {
  type ColumnDefinitionNode, DataTypeNode, GeneratedNode, OperationNodeTransformer, RawNode,
  type KyselyPlugin, type PluginTransformQueryArgs, type PluginTransformResultArgs, type QueryResult, type RootOperationNode, type UnknownRow,
} from 'kysely';

/**
 * Makes PostgreSQL's columns what libSQL's are, so that one migration and one repository serve both: an `integer` has 64 bits, one that counts by itself is an identity,
 * and `text` is put in order by its code points whatever locale the database was made with (pages go on after an id, and memory sorts by code units).
 */
export class PostgresSchemaPlugin implements KyselyPlugin {
  readonly #transformer = new ColumnTypes();

  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    return node.kind === 'CreateTableNode' || node.kind === 'AlterTableNode' ? this.#transformer.transformNode(node) : node;
  }

  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return result;
  }
}

class ColumnTypes extends OperationNodeTransformer {
  protected override transformColumnDefinition(node: ColumnDefinitionNode): ColumnDefinitionNode {
    const { autoIncrement, ...column } = super.transformColumnDefinition(node);
    const dataType = DataTypeNode.is(column.dataType) ? PORTABLE[String(column.dataType.dataType)] ?? column.dataType : column.dataType;
    return { ...column, dataType, ...(autoIncrement === true ? { generated: GeneratedNode.create({ identity: true, byDefault: true }) } : {}) };
  }
}

const PORTABLE: Readonly<Record<string, ColumnDefinitionNode['dataType']>> = { integer: DataTypeNode.create('bigint'), text: RawNode.createWithSql('text collate "C"') };
