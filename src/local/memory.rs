//! A budget of memory: what the workers of this machine may take together, within what the system gives.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::domain::task::TaskError;

/// Of what the system gives, so many hundredths are used before anything is given up: the rest is for what cannot be
/// measured in time.
const USABLE_PERCENT: u64 = 90;
/// So long it may take until what was stopped has given back its memory.
const SETTLING: Duration = Duration::from_secs(1);

/// The budget, in bytes of resident memory of this process and its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Above it nothing is begun beside other work.
    pub warning: u64,
    /// Above it work is stopped.
    pub critical: u64,
}

impl Budget {
    /// The same, within what the system gives: where that is less, both are lowered in proportion.
    #[must_use]
    pub fn within(self, system: Option<u64>) -> Self {
        match system.map(|bytes| bytes / 100 * USABLE_PERCENT) {
            Some(most) if most < self.critical => {
                let share = |bytes: u64| (u128::from(bytes) * u128::from(most) / u128::from(self.critical)) as u64;
                Self { warning: share(self.warning.min(self.critical)), critical: most }
            }
            _ => self,
        }
    }
}

/// What memory asks for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressure {
    /// Nothing.
    None,
    /// That nothing is begun beside other work.
    Wait,
    /// That all but one piece of work is stopped, and what is only kept for later is given back.
    Narrow,
    /// That the last one is given up: it needs more, by itself, than there is.
    GiveUp,
}

/// Looks at memory from time to time.
#[derive(Debug)]
pub struct Watch {
    budget: Budget,
    /// Since when there was too much, although one piece of work alone was left.
    alone: Option<Instant>,
}

impl Watch {
    /// Over that budget.
    #[must_use]
    pub const fn new(budget: Budget) -> Self {
        Self { budget, alone: None }
    }

    /// What so many resident bytes ask for now, while so many pieces of work are in flight.
    pub fn look(&mut self, resident: u64, busy: usize, now: Instant) -> Pressure {
        if resident <= self.budget.critical {
            self.alone = None;
            return if resident > self.budget.warning { Pressure::Wait } else { Pressure::None };
        }
        if busy > 1 {
            self.alone = None;
            return Pressure::Narrow;
        }
        match self.alone {
            Some(since) if now.duration_since(since) >= SETTLING => Pressure::GiveUp,
            Some(_) => Pressure::Wait,
            None => {
                self.alone = Some(now);
                Pressure::Narrow
            }
        }
    }

    /// The end of a task of which one step alone does not fit.
    #[must_use]
    pub fn too_much(&self, resident: u64) -> TaskError {
        TaskError {
            code: "MEMORY_LIMIT".to_owned(),
            class: "limit".to_owned(),
            scene: None,
            step: None,
            message: format!(
                "one step alone needs {} MB and more, {} MB are allowed: raise MEMORY_CRITICAL_THRESHOLD, or give the \
                 process more where its system allows less",
                resident / 1_000_000,
                self.budget.critical / 1_000_000
            ),
            retryable: true,
        }
    }
}

/// What the system gives this process and its children, in bytes: the least limit of its control group and of those
/// above it, and the machine's memory.
#[must_use]
pub fn system_limit() -> Option<u64> {
    let machine = procfs_total();
    let group =
        fs::read_to_string("/proc/self/cgroup").ok().and_then(|own| of_groups(Path::new("/sys/fs/cgroup"), &own));
    [machine, group].into_iter().flatten().min()
}

fn procfs_total() -> Option<u64> {
    use procfs::Current as _;

    procfs::Meminfo::current().ok().map(|memory| memory.mem_total)
}

/// The least limit of the groups that `own`, which is `/proc/self/cgroup`, names: `memory.max` (version 2), or
/// `memory.limit_in_bytes` (version 1). Without one there is the word `max`, or a number beyond all memory.
///
/// Source: the kernel's documentation, admin-guide/cgroup-v2 and cgroup-v1/memory.
fn of_groups(root: &Path, own: &str) -> Option<u64> {
    let limits = own.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':');
        let (_, controllers, group) = (fields.next()?, fields.next()?, fields.next()?);
        let (root, file) = match controllers {
            "" => (root.to_owned(), "memory.max"),
            "memory" => (root.join("memory"), "memory.limit_in_bytes"),
            _ => return None,
        };
        let group: PathBuf = group.trim_start_matches('/').into();
        let above = group.ancestors().map(|group| root.join(group).join(file));
        above.filter_map(|path| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok()).min()
    });
    limits.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_within_what_the_system_gives() {
        let budget = Budget { warning: 1000, critical: 2000 };
        for (system, expected) in [(None, (1000, 2000)), (Some(10_000), (1000, 2000)), (Some(1000), (450, 900))] {
            let Budget { warning, critical } = budget.within(system);
            assert_eq!((warning, critical), expected, "{system:?}");
        }
    }

    #[test]
    fn work_is_given_up_only_where_it_is_alone_and_stays_too_large() {
        let mut watch = Watch::new(Budget { warning: 100, critical: 200 });
        let began = Instant::now();
        for (resident, busy, expected) in
            [(100, 4, Pressure::None), (101, 4, Pressure::Wait), (201, 4, Pressure::Narrow), (201, 1, Pressure::Narrow)]
        {
            assert_eq!(watch.look(resident, busy, began), expected, "{resident} {busy}");
        }
        assert_eq!(watch.look(201, 1, began), Pressure::Wait, "what was stopped gives back its memory first");
        let later = began + SETTLING;
        assert_eq!(watch.look(150, 1, later), Pressure::Wait);
        assert_eq!(watch.look(201, 1, later), Pressure::Narrow, "it is counted anew");
        assert_eq!(watch.look(250_000_000, 1, later + SETTLING), Pressure::GiveUp);
        let told = watch.too_much(250_000_000).message;
        assert!(told.contains("250 MB") && told.contains("MEMORY_CRITICAL_THRESHOLD"), "{told}");
    }

    #[test]
    fn the_least_limit_above_a_process_counts() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, limit: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("{limit}\n")).unwrap();
        };
        assert_eq!(of_groups(folder.path(), "0::/a/b\n"), None, "there are no such files");
        write("a/b/memory.max", "max");
        assert_eq!(of_groups(folder.path(), "0::/a/b\n"), None);
        write("a/memory.max", "5000");
        assert_eq!(of_groups(folder.path(), "0::/a/b\n"), Some(5000));
        write("a/b/memory.max", "4000");
        assert_eq!(of_groups(folder.path(), "0::/a/b\n"), Some(4000));
        write("memory/docker/x/memory.limit_in_bytes", "3000");
        assert_eq!(of_groups(folder.path(), "5:cpu:/docker/x\n4:memory:/docker/x\n"), Some(3000));
    }
}
