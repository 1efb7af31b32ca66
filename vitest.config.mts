import { defineConfig } from "vitest/config";

/** Tests that start bin/ as users do. They need dist/; the others run from the sources. */
const throughBin = ["test/scripts/**/*.test.ts", "test/transcripts/**/*.test.ts", "test/simulation/crash.test.ts"];

export default defineConfig({
  test: {
    // Tests that start processes wait for simulated pulls and restarts in real time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxConcurrency: 3,
    maxWorkers: 2,
    setupFiles: ["test/support/setup.ts"],
    projects: [
      { extends: true, test: { name: "sources", include: ["test/**/*.test.ts"], exclude: throughBin } },
      { extends: true, test: { name: "bin", include: throughBin, globalSetup: ["test/support/build.ts"] } },
    ],
  },
});
