// lock-holder.mjs MODULE FOLDER: locks the folder with the module's `lockFolder`, says how that went, and stays.
const [module, folder] = process.argv.slice(2);
const { lockFolder } = await import(module);
const answer = await lockFolder(folder).then(
  ({ missing }) => missing ?? 'held',
  (error) => error.message,
);
process.send(answer);
setInterval(() => {}, 1_000);
process.on('disconnect', () => process.exit());
