import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Tests that start processes wait for simulated pulls and restarts in real time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxConcurrency: 3,
    maxWorkers: 2,
    setupFiles: ["test/support/setup.ts"],
    globalSetup: ["test/support/build.ts"],
  },
});
