/** What a kill experiment does where the world lets it, and else names with why not: in neither place, it was taken out afterwards. */
export const leftOutClasses = {
  pull: 'image pull on a fresh node',
  cut: 'two-sided cut',
  canary: 'canary inside the Sovereign',
} as const;
