// Reads queries as JSON {name: query} on standard input and writes what Microsoft's parser says of
// each, {name: [message, ...]}: syntax, and names that the tables in tables.txt do not have.
const fs = require("fs");
const path = require("path");
require("@kusto/language-service-next/bridge.min");
require("@kusto/language-service-next/Kusto.Language.Bridge.min");

const { GlobalState, KustoCode, Symbols } = Kusto.Language;

function table(line) {
  const name = line.slice(0, line.indexOf("("));
  return new Symbols.TableSymbol.$ctor7(name, line.slice(name.length));
}

const lines = fs.readFileSync(path.join(__dirname, "tables.txt"), "utf8").split("\n");
const tables = lines.filter((line) => line && !line.startsWith("#")).map(table);
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("insights", tables));

function diagnostics(query) {
  const found = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, number) => found.getItem(number).Message);
}

const queries = JSON.parse(fs.readFileSync(0, "utf8"));
const said = Object.entries(queries).map(([name, query]) => [name, diagnostics(query)]);
process.stdout.write(JSON.stringify(Object.fromEntries(said)));
