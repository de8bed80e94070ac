//! temp
use std::path::Path;
use std::sync::Arc;
use demarche::*;
fn main(){
    let path=std::env::args().nth(1).unwrap();
    let read=|p:&Path| std::fs::read_to_string(p);
    match config::load_experiment(Path::new(&path), &config::Overrides::default(), &read) {
        Err(m)=>println!("{m}\n{} mistakes", m.count()),
        Ok(e)=>{
            let setting=Arc::new(e.scenario.setting);
            let mut table=negotiation::PlainLoop::new(Arc::clone(&setting));
            let seeds=seeds::Seeds::new(e.seed);
            let t=std::time::Instant::now();
            let mut endings=[0;4]; let mut rounds=0; let mut offers=0;
            let n=5000;
            let mut ag=std::collections::BTreeMap::new();
            let mut lone=vec![0;setting.scenario().parties.len()];
            for r in 0..n { let (_,res)=table.run(&seeds, seeds::Replication(r)); endings[res.ending.idx()]+=1; rounds+=res.ending.round(); offers+=res.n_offers;
              for (i,p) in res.parties.iter().enumerate(){ lone[i]+=p.lone_refusals; }
              if let Some(a)=res.ending.agreement(){ *ag.entry(a).or_insert(0)+=1; } }
            println!("{endings:?} rounds {} offers {} lone {lone:?} distinct {}", rounds as f64/n as f64, offers as f64/n as f64, ag.len());
            let dt=t.elapsed(); println!("plain {:?} per session", dt/n as u32);
            let mut v: Vec<_>=ag.into_iter().collect(); v.sort_by_key(|x| -x.1);
            for (o,c) in v.iter().take(5){ let s=setting.scenario(); println!("{c} {:?}", s.space.issues().map(|i| s.option_name(*o,i)).collect::<Vec<_>>()); }
        }
    }
}
