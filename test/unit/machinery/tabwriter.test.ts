import { expect, test } from "vitest";
import { alignTabs, describeTabs, TabWriter, tableTabs } from "../../../src/machinery/tabwriter.ts";

test("a table: six wide at least, three between, the last cell as it is", () => {
  expect(alignTabs("NAME\tREADY\tSTATUS\nweb-7d4\t1/1\tRunning\na\t0/1\tCrashLoopBackOff\n", tableTabs)).toBe(
    "NAME      READY   STATUS\nweb-7d4   1/1     Running\na         0/1     CrashLoopBackOff\n",
  );
  expect(alignTabs("A\tB\n", tableTabs)).toBe("A     B\n");
  expect(alignTabs("NAME\tTIER\tX\nstuck\tfrontend\t\n", tableTabs)).toBe(
    "NAME    TIER       X\nstuck   frontend   \n",
  );
});

test("describe: a line without a tab ends the columns, indentation is text", () => {
  expect(
    alignTabs(
      "Name:\tweb\nLabels:\tapp=web\n\ttier=x\nContainers:\n  web:\n    Image:\tnginx\n    Port:\t80/TCP\n",
      describeTabs,
    ),
  ).toBe(
    "Name:    web\nLabels:  app=web\n         tier=x\nContainers:\n  web:\n    Image:  nginx\n    Port:   80/TCP\n",
  );
});

test("a column's block ends with the last consecutive line that has a cell in it", () => {
  expect(alignTabs("a\tb\tc\nlonger\tx\nd\te\tf\n", { minWidth: 0, padding: 1 })).toBe(
    "a      b c\nlonger x\nd      e f\n",
  );
});

test("characters are counted, not bytes", () => {
  expect(alignTabs("é☃𝄞\tx\nabcd\ty\n", { minWidth: 0, padding: 1 })).toBe("é☃𝄞  x\nabcd y\n");
});

test("widths are remembered over a flush, where asked", () => {
  const writer = new TabWriter(tableTabs);
  writer.write("a-long-name\tX\tY\n");
  expect(writer.flush()).toBe("a-long-name   X     Y\n");
  writer.write("b\tX\tY\n");
  expect(writer.flush()).toBe("b             X     Y\n");
  expect(writer.flush()).toBe("");
});

test("an unfinished last line takes part", () => {
  expect(alignTabs("abc\td\ne\tf", { minWidth: 0, padding: 1 })).toBe("abc d\ne   f");
  expect(alignTabs("plain", describeTabs)).toBe("plain");
});
